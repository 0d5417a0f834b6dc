// code.h - bytes in fewer bits: a prefix code (Huffman, Proc. IRE 40, 1952) of all 256 bytes.
//
// The code is made once, for a store. What is written with it stands in four streams of bits, byte
// i of it in stream i % 4, so that four can be read at a time. Before them are their sizes, of one,
// two or four bytes as the number of bytes needs. A stream is filled from the low bits of its bytes
// on; its last byte is filled up with zeros. Layer: index, private.  Threads: any; a code is
// constant once open.
#ifndef SHINGLED_INDEX_CODE_H
#define SHINGLED_INDEX_CODE_H
#include "base/view.h"

#include <stdbool.h>

enum {
    CODE_SYMBOLS = 256,
    CODE_LONGEST = 11, // bits
    CODE_STREAMS = 4,
    CODE_STEP = 20, // bytes of which code_read reads a multiple fastest
    CODE_PAD = 8,   // bytes that code_write writes too many
};

typedef struct code {
    uint16_t bits[CODE_SYMBOLS];
    uint8_t len[CODE_SYMBOLS];
    uint16_t of[1 << CODE_LONGEST]; // by the next bits: a length, and its symbol in the high byte
} code;

// code_train chooses the lengths for so many of each; every byte gets one.
void code_train(const uint32_t count[CODE_SYMBOLS], uint8_t len[CODE_SYMBOLS]);

// code_open makes the code of these lengths; false where they are those of none.
bool code_open(code *c, const uint8_t len[CODE_SYMBOLS]);

// code_room is the most that n bytes take, with CODE_PAD.
size_t code_room(size_t n);

// code_write writes n bytes where there is code_room(n); returns the end.
uint8_t *code_write(const code *c, const uint8_t *bytes, size_t n, uint8_t *to);

// A reader of n bytes.
typedef struct code_reader {
    const code *c;
    const uint8_t *p; // len bytes, in which the streams are
    size_t len, end[CODE_STREAMS];
    size_t at[CODE_STREAMS]; // next bit of each
    size_t left;
} code_reader;

// code_begin finds the streams of n bytes in packed, which is moved behind them; false
// where they can't be there.
bool code_begin(code_reader *r, const code *c, size_t n, view *packed);

// code_read writes the next n bytes, at most r->left; n is a multiple of CODE_STREAMS, or r->left.
void code_read(code_reader *r, uint8_t *to, size_t n);

// code_end tells whether what was read ended where its streams do.
bool code_end(const code_reader *r);

#endif
