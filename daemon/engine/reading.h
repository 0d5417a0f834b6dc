// reading.h - one article, read once: its record, words, marks, signature, fingerprints.
//
// A reading is made as far as storing the article needs it; the rest is made once, when it is
// first asked for, and nothing of it changes otherwise. It is shared by counting.
// Layer: engine.  May include: evidence, index, sketch, text, base.
// Threads: reading_hold, reading_drop, reading_complete, reading_credits: any; the rest is
// read-only.
#ifndef SHINGLED_ENGINE_READING_H
#define SHINGLED_ENGINE_READING_H
#include "engine/reader.h"
#include "engine/record.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct reading {
    atomic_uint refs;
    uint32_t doc, version; // DOC_NONE, 0 where it is not stored
    int64_t stored_ms;     // when it was; CLOCK_ABSENT where it is not
    record record;         // with a text of its own (record.text_own)
    uint32_t n_words;
    side side; // as the text itself shows; frequencies mark a copy (frequency.h)
    minhash sig;
    print *keys;              // distinct fingerprints, ascending by hash; behind them the terms
    uint32_t n_keys, n_terms; // keys[0 .. n_keys) and keys[n_keys .. n_keys + n_terms)
    print_at *prints;         // in the order of the text
    size_t n_prints;
    const source *self; // its publisher, if it is a known source
    char *publisher;    // id of the publisher: source id, or the field in lower case; "" if none
    uint64_t publisher_hash;
    uint64_t content;
    char *stored; // record_write
    size_t stored_len;
    pthread_mutex_t terms_lock;   // guards has_terms and side.terms
    pthread_mutex_t credits_lock; // guards the others: two hands make both at once
    bool has_terms, has_credits;
    credits credits;
    bool is_bare;  // reading_make_bare
    view packed;   // of such a one: by index_pack
    double square; // as rare_terms gives it
} reading;         // keys, prints, publisher, stored and packed stand behind it, in one allocation

// reading_words is what the index keeps of a text's words, that it may tell them (index_words);
// square is at most the squared length of the text's vector.
text_words reading_words(const struct words *w, double square);

// reading_make reads an article. It takes the record (also on failure), copies the text.
SHG_MUST_CHECK shg_err reading_make(reading **out, record *rec, const sources *s, uint64_t seed);

// reading_make_bare makes what storing needs and nothing else: no words, marks or places of
// fingerprints, of side the body alone, and of the text its length and `packed`; the text itself
// only where `packed` is empty. Storing it is all that may follow. It takes the record, too, whose
// text must be UTF-8, as record_read leaves it.
SHG_MUST_CHECK shg_err reading_make_bare(reading **out, record *rec, article_index *ix,
                                         const sources *s, uint64_t seed, reader *in);

// reading_fetch asks the memory for a reading (not for what stands behind it), which another thread
// has made.
void reading_fetch(const reading *r);

reading *reading_hold(reading *r);
void reading_drop(reading **r); // nulls it; NULL is fine

// reading_complete makes what comparing needs besides: side.terms. Before the reading is compared.
SHG_MUST_CHECK shg_err reading_complete(reading *r);

// reading_credits are valid as long as the reading is held.
SHG_MUST_CHECK shg_err reading_credits(reading *r, const sources *s, const credits **out);

// reading_bytes is about the memory it takes; always the same for one reading.
size_t reading_bytes(const reading *r);

// publisher_id writes the id under which a publisher is counted, owned by the caller.
char *publisher_id(const sources *s, view publisher, const source **known);
uint64_t publisher_hash_of(const char *id); // 0 for ""

#endif
