// scratch.h - a folder of its own for a benchmark's store.
// Threads: any.
#ifndef SHINGLED_BENCH_SCRATCH_H
#define SHINGLED_BENCH_SCRATCH_H

enum { SCRATCH_PATH = 512 };

// scratch_make makes a folder whose name begins with `name` in the folder `in`, and writes its
// path to dir. It ends the program where that can't be.
void scratch_make(char dir[SCRATCH_PATH], const char *in, const char *name);

// scratch_remove removes the folder and the files in it.
void scratch_remove(const char *dir);

#endif
