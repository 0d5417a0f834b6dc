// screen.h - whether two texts can be a match at all, at a small part of what it costs to match.
//
// Most candidates share some set phrases and are no match. A passage is made of runs that hold
// seeds of PASSAGE_SEED words and that follow each other with small gaps in both texts
// (passages.h): where no runs of common seeds that are near each other in both weigh enough
// together, each word counted once, there is none, whatever the marks of either side. Without a
// passage and below RELATION_COSINE no relation holds (relation.h). So what is screened out would
// be REL_NONE at every depth. Layer: evidence.  May include: passages, relation, side, terms, text,
// base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_SCREEN_H
#define SHINGLED_EVIDENCE_SCREEN_H
#include "evidence/side.h"
#include "evidence/topic.h"
#include "text/hashes.h"

// The first place of a seed in a, in open addressing; place 0: free, else one more than it.
typedef struct screen_slot {
    uint64_t seed;
    uint32_t place;
} screen_slot;

typedef struct screen {
    const side *a;
    screen_slot *slot;
    size_t mask;
    uint64_t *maybe; // a bit for each seed of a: most seeds of other texts stop at them
    uint32_t *next;  // by place in a, less one: the next place of the same seed; 0 after the last
    uint64_t *seed;  // scratch: the seeds of a text, and where they end
    uint32_t *end;
    uint32_t *at;     // those that may be a's
    uint32_t *seen_b; // by word of the text: the last round that counted it
    size_t room;      // of each of them
    uint32_t *seen_a; // likewise, of a
    uint32_t round;
    topic topic;
    hashes text; // scratch: the words of a text
} screen;

// screen_open makes one for the texts that are compared with a, which must outlive it. SHG_ENOMEM.
SHG_MUST_CHECK shg_err screen_open(screen *out, const side *a);
void screen_close(screen *s);

// What the hashes of a text's words tell of it: whether passages may make a relation, and if not,
// whether its terms may. It may say yes where screen_words or terms_cosine say no, never the other
// way.
typedef struct screen_found {
    bool words;
    bool near, alike; // the cosine may be RELATION_COSINE or more, or RELATION_ALIKE
} screen_found;

// screen_hashes screens a text of which the words are at hand, and the squared length of its vector
// or somewhat less (0: it is not known); screen_text one that is not read
// yet. SHG_ENOMEM; screen_text SHG_EUTF8, too.
SHG_MUST_CHECK shg_err screen_hashes(screen *s, const hash_list *b, double square,
                                     screen_found *found);
SHG_MUST_CHECK shg_err screen_text(screen *s, view text, screen_found *found);

// screen_words tells whether the two may share enough in passages. mark: what is known of b's words
// (side.mark), or NULL; more may be marked later. Linear in the words. SHG_ENOMEM.
SHG_MUST_CHECK shg_err screen_words(screen *s, const hash_list *b, const uint8_t *mark, bool *may);

#endif
