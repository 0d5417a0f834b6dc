// kernels.h - one table of the kernels of text, filled once for this CPU (base/cpu.h).
//
// The reference is plain C and states what each does; a variant gives the same bits.
// Layer: text.  May include: base.  Threads: any; filled by pthread_once.
#ifndef SHINGLED_TEXT_KERNELS_H
#define SHINGLED_TEXT_KERNELS_H
#include "text/scan.h"

enum { SHINGLE_MOST = 8 }; // words of a shingle

// out[i] is the hash of the shingle of the words with hash[i .. i + each), for i < n.
typedef void shingle_kernel(uint64_t *out, const uint64_t *hash, size_t n, unsigned each);

// The same of as many words as it takes for their weight to reach that of k words, CHAR_WEIGHT
// where alone is 1: at most SHINGLE_MOST, and so many can be read from i on.
typedef void mixed_kernel(uint64_t *out, const uint64_t *hash, const uint8_t *alone, size_t n,
                          unsigned k);

// sketch[i] and print[i] are those of SKETCH_WORDS and of PRINT_WORDS, as mixed_kernel has them;
// alone is NULL where no word is: then PRINT_WORDS can be read from i on.
typedef void shingle_pair_kernel(uint64_t *sketch, uint64_t *print, const uint64_t *hash,
                                 const uint8_t *alone, size_t n);

// Whether a text is well-formed UTF-8.
typedef bool utf8_kernel(const uint8_t *text, size_t len);

// out[i] is hash_padded of the key from behind the space before, for i = 0 from `first`, up to
// space[i], for i < n. HASH_SLACK bytes behind the last key may be read.
typedef void hash_kernel(uint64_t *out, const uint8_t *keys, uint32_t first, const uint32_t *space,
                         size_t n);
enum { HASH_SLACK = 128 };

// Sets a bit of bits[i / 64] for each byte i < len with which a quotation mark may begin: one of
// "'`<>, the first of two commas, and of sequences C2, C3 (for marks that were read as cp1252), D7,
// E2, E3, EF.
typedef void mark_kernel(uint64_t *bits, const uint8_t *p, size_t len);

typedef struct text_kernels {
    utf8_kernel *utf8;   // NULL in the reference, as are
    scan_run *scan;      // NULL in the reference: words.c reads without
    scan_run *scan_keys; // the same for the keys alone
    hash_kernel *hash;
    mark_kernel *marks;
    shingle_kernel *shingles;
    shingle_pair_kernel *shingle_pairs;
    mixed_kernel *mixed;
} text_kernels;

const text_kernels *text_kernels_get(void);

#if defined(__x86_64__)
void text_kernels_avx2(text_kernels *k);
void text_kernels_avx512(text_kernels *k);
#elif defined(__aarch64__)
void text_kernels_neon(text_kernels *k);
#endif

#endif
