// side.h - one article made ready to be compared: its words, and what each one is.
//
// A word is prose unless marked: speech (in quotation marks, in an embedded post, in a
// transcript line, or voted speech by other articles) or furniture (captions, rights,
// sign-up and share lines, or what a publisher carries in many stories).
// Layer: evidence.  May include: terms, text, base.  Threads: one owner; shared for reading.
#ifndef SHINGLED_EVIDENCE_SIDE_H
#define SHINGLED_EVIDENCE_SIDE_H
#include "evidence/terms.h"

// MARK_REPEATED goes with MARK_FURNITURE where only frequencies say so: such words may be
// a text that many took over from one source, which is what derivation asks about.
enum mark { MARK_SPEECH = 1, MARK_FURNITURE = 2, MARK_REPEATED = 4 };

enum { SHELL_SHARE = 5 }; // of the words of a text that is no shell, one in so many is its own

enum { SIDE_SLACK = 8 }; // marks are read eight at a time

typedef struct side {
    words words;
    term_list terms; // of all words; side_terms makes them
    uint8_t *mark;   // [words.n], of enum mark; SIDE_SLACK more can be read; owned
    uint32_t *line;  // [n_lines + 1]: the first word of each line, then words.n; owned
    size_t n_lines;
    size_t room;          // words that mark and line have room for
    uint32_t own_words;   // words that are not furniture, a WORD_CHAR as 5/8 of one
    uint32_t own_prose;   // words that are neither, likewise
    uint64_t body;        // words_body_hash
    uint64_t publisher;   // whose page it is, for the caller to set; 0 where unknown
    int64_t published_ms; // when, likewise
} side;

// side_read splits the text (borrowed, must outlive it) and marks speech and furniture
// by what the text itself shows. SHG_EUTF8 with *at; SHG_ENOMEM. side_terms makes the terms, which
// only comparing needs; on failure there are none. side_make does both.
SHG_MUST_CHECK shg_err side_read(side *out, view text, size_t *at);
SHG_MUST_CHECK shg_err side_terms(side *s);
SHG_MUST_CHECK shg_err side_make(side *out, view text, size_t *at);

// side_skim is side_read without the marks of furniture and the counts, of a text that is known to
// be UTF-8, in the memory of *out, which holds another text's side, or zeros, and is empty after a
// failure.
SHG_MUST_CHECK shg_err side_skim(side *out, view text);

// side_scan is side_read without the marks of speech, the counts and the hash of the body, in the
// memory of *out, likewise.
SHG_MUST_CHECK shg_err side_scan(side *out, view text, size_t *at);
void side_free(side *s);

// side_add_mark marks words [from, to) besides (what frequencies know); side_count must
// follow the last one, before the side is compared.
void side_add_mark(side *s, size_t from, size_t to, enum mark m);
void side_count(side *s);

// side_is_shell tells whether a page is nearly nothing but furniture: a gallery of captions, a
// rights notice. Then that is what there is to compare.
bool side_is_shell(const side *s);

// side_same tells whether the two normalised texts are the same; texts without a word
// (punctuation, emoji) are, where their bytes are.
bool side_same(const side *a, const side *b);

// side_line returns the first word of the line (as the text breaks it) that word i stands
// in, and in *end the word after its last; it looks at most `most` words to either side.
size_t side_line(const side *s, size_t i, size_t most, size_t *end);

// side_word_at returns the first word that begins at or after a byte of the text.
size_t side_word_at(const side *s, size_t byte);

#endif
