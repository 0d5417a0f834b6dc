#include "text/scan_tables.h"
#include "text/chars.h"
#include <pthread.h>
#include <stdbool.h>

static scan_tables table; // written by fill() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t byte_class_of(uint32_t cp, const char_info *info)
{
    switch ((char_class)info->class) {
    case CHAR_BREAK:
    case CHAR_QUOTE: // goes on with a word between Hebrew letters only
        return 0;
    case CHAR_LINE:
        return BYTE_LINE;
    case CHAR_WORD:
        return info->flags & CHAR_DIGIT ? BYTE_DIGIT : cp >= 'a' ? BYTE_LOWER : BYTE_UPPER;
    case CHAR_APOS:
        return BYTE_APOS;
    case CHAR_DOT:
        return BYTE_DOT;
    case CHAR_COMMA:
        return BYTE_COMMA;
    default:
        return BYTE_ODD;
    }
}

static uint8_t sequence_class_of(const char_info *info)
{
    return info->class == CHAR_BREAK  ? SEQUENCE_BREAK
           : info->class == CHAR_APOS ? SEQUENCE_APOS
                                      : SEQUENCE_ODD;
}

// The one letter a-z that a letter's fold is, or 0.
static uint8_t plain_fold(const char_info *info)
{
    bool plain = info->class == CHAR_WORD && info->flags & CHAR_LETTER && info->len == 1;
    return plain ? info->fold.utf8[0] : 0;
}

static void fill(void)
{
    const chars *t = chars_get();
    for (uint32_t c = 0; c < 128; c++)
        table.ascii[c] = byte_class_of(c, char_look(t, c));
    for (uint32_t i = 0; i < 64; i++) {
        const char_info *letter = char_look(t, 0xc0 + i);
        table.c2[i] = sequence_class_of(char_look(t, 0x80 + i));
        table.e280[i] = sequence_class_of(char_look(t, 0x2000 + i));
        table.c3[i] = plain_fold(letter);
        table.c3_upper[i] = letter->flags & CHAR_UPPER ? 1 : 0;
    }
}

const scan_tables *scan_tables_get(void)
{
    pthread_once(&once, fill);
    return &table;
}
