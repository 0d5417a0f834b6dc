// reading.h - one article, read once: its record, words, marks, signature, fingerprints.
//
// A reading is made as far as storing the article needs it; the rest is made once, when it is
// first asked for, and nothing of it changes otherwise. It is shared by counting.
// Layer: engine.  May include: evidence, index, sketch, text, base.
// Threads: reading_hold, reading_drop, reading_complete, reading_credits: any; the rest is
// read-only.
#ifndef SHINGLED_ENGINE_READING_H
#define SHINGLED_ENGINE_READING_H
#include "engine/rare.h"
#include "engine/record.h"
#include "evidence/side.h"
#include "index/index.h"

#include <pthread.h>
#include <stdatomic.h>

// Of so many neighbouring shingles within speech one is kept: two texts that share a quotation
// of PRINT_WORDS + SPEECH_WINDOW - 1 = 8 words share a fingerprint.
enum { SPEECH_WINDOW = 4 };

// A fingerprint in its place: words [begin, end), and which of `keys` it is.
typedef struct print_at {
    uint32_t begin, end, key;
} print_at;

typedef struct reading {
    atomic_uint refs;
    uint32_t doc, version; // DOC_NONE, 0 where it is not stored
    int64_t stored_ms;     // when it was; CLOCK_ABSENT where it is not
    record record;         // record.text is in own
    uint8_t *own;
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
    char *stored; // record_dump
    size_t stored_len;
    pthread_mutex_t lock; // guards these, and side.terms
    bool has_terms, has_credits;
    credits credits;
    bool is_bare; // reading_strip
} reading;

// reading_make reads an article. It takes the record (also on failure), copies the text.
SHG_MUST_CHECK shg_err reading_make(reading **out, record *rec, const sources *s, uint64_t seed);

// reading_strip frees, in the thread that made it, what only comparing needs: words, marks, places
// of fingerprints, and the text but for its length; the next reading gets that memory while it is
// warm. Before the reading is shared; storing it is all that may follow.
void reading_strip(reading *r);

reading *reading_hold(reading *r);
void reading_drop(reading **r); // nulls it; NULL is fine

// reading_complete makes what comparing needs besides: side.terms. Before the reading is compared.
SHG_MUST_CHECK shg_err reading_complete(reading *r);

// reading_make_whole is reading_make and reading_complete.
SHG_MUST_CHECK shg_err reading_make_whole(reading **out, record *rec, const sources *s,
                                          uint64_t seed);

// reading_credits are valid as long as the reading is held.
SHG_MUST_CHECK shg_err reading_credits(reading *r, const sources *s, const credits **out);

// reading_bytes is about the memory it takes; always the same for one reading.
size_t reading_bytes(const reading *r);

// publisher_id writes the id under which a publisher is counted, owned by the caller.
char *publisher_id(const sources *s, view publisher, const source **known);
uint64_t publisher_hash_of(const char *id); // 0 for ""

#endif
