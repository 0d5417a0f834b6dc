// mentions.h - where a text names a source, or what is shaped like one.
//
// Known names come from sources.h. Shaped ones are unknown names that end in a head noun
// of outlets ("Springfield Sentinel"), begin with a US call sign ("KABC 7"), or stand
// before a noun such as "newspaper" ("the Fjordposten newspaper"), or fill a line that ends
// in a bullet, as portals name their suppliers. "The Times" is the Springfield Times where
// that was named before. Echoes ("the newspaper") stand for the source named last. Anchors
// are words that a pattern hangs on where an agency's sign-off names nobody.
// Layer: evidence.  May include: sources, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_MENTIONS_H
#define SHINGLED_EVIDENCE_MENTIONS_H
#include "evidence/lookup.h"
#include "evidence/sources.h"

enum { ECHO_WORDS = 200 }; // how far an echo carries

// Echoes and anchors are plain words to what stands around them.
typedef enum mention_kind {
    MENTION_KNOWN,
    MENTION_SHAPED,
    MENTION_ECHO,
    MENTION_ANCHOR
} mention_kind;

typedef struct mention {
    const source *source; // as it is named, a show too; NULL unless known
    uint32_t begin, end;  // bytes of the name alone
    uint32_t word;        // its first word
    uint16_t n_words;
    uint8_t kind; // of mention_kind
    bool vague;
    uint32_t same; // 1 + number of the mention it stands for; 0 = for itself
} mention;

typedef struct mentions {
    mention *m; // ascending, they do not overlap
    size_t n, cap;
} mentions;

// mention_hangs: what begins at this byte is the end of something else: a mail address, a
// handle, "al-Sabah".
bool mention_hangs(const words *w, uint32_t begin);

// shapes: word hash -> bits of name_shape (nameword.h).
SHG_MUST_CHECK shg_err mentions_find(mentions *out, const sources *s, const lookup *shapes,
                                     const words *w);
void mentions_free(mentions *m);

#endif
