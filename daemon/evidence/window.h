// window.h - the words and marks around a mention, as the role patterns see them.
//
// Tokens are made on demand, outward from the mention, WINDOW_TOKENS a side at most;
// runs of one mark are one token ("--", "..."), blanks are nothing, a line break (or an
// end of the text) is one token. What is farther is not looked at, which bounds the work.
// Layer: evidence.  May include: text, base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_WINDOW_H
#define SHINGLED_EVIDENCE_WINDOW_H
#include "evidence/lookup.h"
#include "evidence/mentions.h"

enum { WINDOW_TOKENS = 64 };

// What a token is: a pattern's class accepts a token that has one of its bits.
enum token_class {
    TOKEN_WORD = 1 << 0,
    TOKEN_CAP = 1 << 1,  // begins with a capital
    TOKEN_CAPS = 1 << 2, // all capitals
    TOKEN_LOWER = 1 << 3,
    TOKEN_NUM = 1 << 4,
    TOKEN_SRC = 1 << 5,  // a mention of a source, as one token
    TOKEN_LINE = 1 << 6, // line break, begin or end of the text
    TOKEN_POSS = 1 << 7, // 's after a mention
    TOKEN_QUOTE = 1 << 8,
    TOKEN_DASH = 1 << 9,
    TOKEN_OPEN = 1 << 10,  // (
    TOKEN_CLOSE = 1 << 11, // )
    TOKEN_BRACKET = 1 << 12,
    TOKEN_UNBRACKET = 1 << 13,
    TOKEN_COLON = 1 << 14,
    TOKEN_COMMA = 1 << 15,
    TOKEN_STOP = 1 << 16, // . ! ? and their kin
    TOKEN_SLASH = 1 << 17,
    TOKEN_BAR = 1 << 18, // | and bullets
    TOKEN_COPY = 1 << 19,
    TOKEN_SEMI = 1 << 20,
    TOKEN_AT = 1 << 21,
    TOKEN_AND = 1 << 22, // &
    TOKEN_STAR = 1 << 23,
    TOKEN_OTHER = 1 << 24,
    TOKEN_OWN = 1 << 25, // a capitalised word with 's: "Britain's"
};

typedef struct token {
    uint32_t mask;       // of token_class; 0 = nothing more to see
    uint32_t word;       // number of the word in the patterns' lexicon, 0 = in none of them
    uint32_t begin, end; // bytes
} token;

typedef struct window {
    const words *w;
    const mentions *m;
    const lookup *lexicon;                           // word hash -> number, from 1
    token left[WINDOW_TOKENS], right[WINDOW_TOKENS]; // outward from the mention
    size_t n_left, n_right;
    // Where the next token on each side is looked for: byte, word, mention.
    uint32_t left_byte, right_byte;
    size_t left_word, right_word, left_mention, right_mention;
    bool left_done, right_done;
} window;

// window_open stands at mention i; window_left and window_right give token k, counted
// outward from 0. w, m and lexicon are borrowed.
void window_open(window *v, const words *w, const mentions *m, size_t i, const lookup *lexicon);
const token *window_left(window *v, size_t k);
const token *window_right(window *v, size_t k);

// token_mark is the class of a mark, TOKEN_OTHER for one without a class of its own,
// 0 for a blank.
uint32_t token_mark(uint32_t code_point);

#endif
