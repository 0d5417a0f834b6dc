// cpu.h - which instructions the kernels may use.
// Layer: base.  May include: include/shingled.  Threads: any; looked up by pthread_once.
#ifndef SHINGLED_BASE_CPU_H
#define SHINGLED_BASE_CPU_H

// Each level has all that those before it have.
typedef enum cpu_level {
    CPU_SCALAR, // plain C
    CPU_AVX2,   // AVX2, BMI, BMI2, POPCNT
    CPU_AVX512, // AVX-512 F, DQ, BW, VL, VBMI, VBMI2
} cpu_level;

// cpu_best is the highest level that this machine and its operating system have; $SHG_CPU
// (scalar, avx2, avx512) caps it, and what it does not know caps nothing.
cpu_level cpu_best(void);

const char *cpu_name(cpu_level level); // as in $SHG_CPU

#endif
