// cpu.h - which instructions the kernels may use.
// Layer: base.  May include: include/shingled.  Threads: any; looked up by pthread_once.
#ifndef SHINGLED_BASE_CPU_H
#define SHINGLED_BASE_CPU_H

// On one machine, each level has all that those before it have.
typedef enum cpu_level {
    CPU_SCALAR, // plain C
    CPU_AVX2,   // x86-64: AVX2, BMI, BMI2, POPCNT
    CPU_AVX512, // x86-64: AVX-512 F, DQ, BW, VL, VBMI, VBMI2, and GFNI
    CPU_NEON,   // every AArch64
} cpu_level;

// cpu_best is the highest level that this machine and its operating system have; $SHG_CPU
// (scalar, avx2, avx512, neon) caps it; a level of other machines, or none at all, caps nothing.
cpu_level cpu_best(void);

const char *cpu_name(cpu_level level); // as in $SHG_CPU

#endif
