// sign.h - from a text to what is looked up about it: signature and fingerprints.
//
// sign_text is the hot path alone: words' hashes, shingles, sketch, bands, winnowed fingerprints,
// all by the kernels of this CPU, in memory that is kept from text to text. What it gives is bit
// for bit what the steps give one by one (words_make, shingles_make, minhash_sign, winnow,
// print_of). The daemon goes by those steps (reading.h): it needs the words' places as well, for
// marks and terms, and keeps further fingerprints within speech. Benchmarks and peers are measured
// on sign_text, which is what others' libraries do.
// Layer: engine.  May include: sketch, text.  Threads: one owner of each signer.
#ifndef SHINGLED_ENGINE_SIGN_H
#define SHINGLED_ENGINE_SIGN_H
#include "sketch/minhash.h"
#include "text/hashes.h"

// All but sig borrows from the signer until its next text.
typedef struct signed_text {
    minhash sig;
    const uint32_t *kept;  // which shingles of PRINT_WORDS are fingerprints, ascending
    const uint64_t *print; // of each of them; print_of
    size_t n_prints, n_words;
} signed_text;

typedef struct signer {
    hashes words;
    uint64_t *shingle, *wide, *print; // of SKETCH_WORDS, of PRINT_WORDS, fingerprints of those
    uint32_t *kept;
    size_t room;
} signer;

// sign_text reads a text as words_make would (the same errors). seed is the installation's
// secret. *s starts as zeros and can be used again, also after a failure.
SHG_MUST_CHECK shg_err sign_text(signed_text *out, signer *s, view text, uint64_t seed, size_t *at);
void signer_free(signer *s); // zeroes it

// sign_shingles signs a set of SKETCH_WORDS shingles, or a text without a word, which has none:
// it has one that only the same bytes share. shingle has room for one.
void sign_shingles(minhash *out, uint64_t *shingle, size_t n, view text, uint64_t seed);

#endif
