// dupsort.h - the obvious way to keep near-duplicate keys in LMDB: one put for every key.
//
// Five tables, as a first version of such a daemon would have them: uri to number; number to
// record and text (MDB_APPEND); number to signature (MDB_APPEND); band to numbers and
// fingerprint to numbers (MDB_DUPSORT, MDB_DUPFIXED, MDB_INTEGERKEY, MDB_INTEGERDUP). The flags
// are the ones LMDB recommends for such keys; each group of articles is one synced commit. A
// group's keys are put in the order in which they come: sorting them changes nothing as long as a
// group is far smaller than the table, since then every put touches a leaf of its own. Any failure
// ends the program. Threads: one.
#ifndef SHINGLED_BENCH_DUPSORT_H
#define SHINGLED_BENCH_DUPSORT_H
#include "index/index.h"

typedef struct dupsort dupsort;

dupsort *dupsort_open(const char *dir);
void dupsort_close(dupsort **d);

void dupsort_begin(dupsort *d);
// a as for index_add; a->packed is what is stored of record and text.
void dupsort_add(dupsort *d, const doc_add *a);
void dupsort_commit(dupsort *d);

// dupsort_lookup reads the numbers under every band and fingerprint, at most `cap` of each, and
// returns how many there were.
uint64_t dupsort_lookup(dupsort *d, const doc_add *a, size_t cap);

#endif
