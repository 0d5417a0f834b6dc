// terms.h - how common a word is: background document frequencies.
//
// Compiled in from data/terms.tsv in this folder (its source is stated there), by the hash of the
// word's key; what is not in the table is rare. Layer: evidence.  May include: text, base. Threads:
// constant data.
#ifndef SHINGLED_EVIDENCE_TERMS_H
#define SHINGLED_EVIDENCE_TERMS_H
#include "text/words.h"

// terms_share is the share of articles that hold the word, in (0, 1].
double terms_share(uint64_t word_hash);

// terms_idf is -ln of it.
double terms_idf(uint64_t word_hash);

// terms_cosine is the cosine of the two texts' vectors of (1 + ln count) * idf, common
// words (share over 10 %) left out: "the same event" from about .30. In [0, 1].
SHG_MUST_CHECK shg_err terms_cosine(double *out, const words *a, const words *b);

// terms_cosine_of is the cosine of those words only whose byte in keep_a, keep_b is not 0.
SHG_MUST_CHECK shg_err terms_cosine_of(double *out, const words *a, const uint8_t *keep_a,
                                       const words *b, const uint8_t *keep_b);

#endif
