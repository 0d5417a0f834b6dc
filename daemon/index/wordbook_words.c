// The words of a packed text, from the numbers of its tokens.
//
// A word never reaches over white space, nor over what stands between two tokens but one of five
// marks alone. So nearly every word is a token, or a token holds no word, and the book knows the
// hash of each of its own. What such a mark may join is read together.
#include "index/varint.h"
#include "index/wordbook_inside.h"
#include "text/hash.h"
#include "text/hashes.h"

#include <stdlib.h>

#define INLINE __attribute__((always_inline)) static inline // what is written stays in registers

enum {
    // What wordbook.word has for a token in place of a hash: it holds no word, or must be looked
    // at. (A text that has a word with such a hash is not told.)
    NO_WORD = 0,
    LOOK = 1,
    HASH_LEAST = 2,
    JOINED_MOST = 256, // bytes of tokens that are read together
};

// A token, and what words it holds: the hash of the one it is, or as in the book.
typedef struct token {
    const uint8_t *p; // WIDE bytes may be read
    size_t len;       // 0: it is the book's
    uint64_t word;
} token;

// Where the words of a text are told.
typedef struct telling {
    const wordbook *b;
    book_words *out;
    const uint8_t *first, *first_end, *second, *letter, *letter_end;
    size_t second_at, n_second;
    token last;    // the token before the next one; none: p is NULL
    size_t n_last; // words before it
    size_t most;   // words there can be
    unsigned n_memo;
    token memo[MEMO];
} telling;

static view text_of(const token *t)
{
    return (view){t->p, t->len ? t->len : t->p[WIDE - 1]};
}

// ---- what a token is

static bool is_joiner(view x)
{
    uint8_t c = *x.p;
    return x.len == 1 && (c == '\'' || c == '`' || c == '.' || c == ',' || c == '"');
}

static bool is_ascii(view x)
{
    uint8_t all = 0;
    for (size_t i = 0; i < x.len; i++)
        all |= x.p[i];
    return all < 0x80;
}

// Of a token of other than ASCII: false where its words can't be told.
static bool read_token(view x, hashes *reader, uint64_t *out)
{
    if (hashes_make(reader, x, NULL) || reader->list.alone)
        return false;
    *out = reader->list.n == 1 ? *reader->list.hash : reader->list.n ? LOOK : NO_WORD;
    return true;
}

static bool look_at_token(view x, hashes *reader, uint64_t *out)
{
    if (!token_is_word(*x.p)) {
        *out = is_joiner(x) ? LOOK : NO_WORD;
        return true;
    }
    if (!is_ascii(x))
        return read_token(x, reader, out);
    *out = hash_ascii(x.p, x.len);
    return true;
}

void wordbook_learn_words(wordbook *b)
{
    hashes reader = {0};
    for (size_t i = 1; i <= b->n; i++)
        if (!look_at_token((view){b->text[i], b->text[i][WIDE - 1]}, &reader, &b->word[i]))
            b->word[i] = LOOK;
    hashes_free(&reader);
}

// ---- words

// Room for n more words, and one for each token that is to come.
static bool make_room(telling *t, size_t n)
{
    book_words *out = t->out;
    size_t need = out->n + n + (size_t)(t->first_end - t->first) + 2;
    if (need <= out->room)
        return true;
    uint64_t *more = realloc(out->hash, (need + need / 2) * sizeof *more);
    if (!more)
        return false;
    out->hash = more;
    out->room = need + need / 2;
    return true;
}

// Adds the words of what is read as text.
static bool add_text(telling *t, view text)
{
    hashes *reader = t->out->reader;
    if (hashes_make(reader, text, NULL) || reader->list.alone ||
        t->out->n + reader->list.n > t->most || !make_room(t, reader->list.n))
        return false;
    if (reader->list.n)
        memcpy(t->out->hash + t->out->n, reader->list.hash, reader->list.n * sizeof(uint64_t));
    t->out->n += reader->list.n;
    return true;
}

// Adds a token that is one word, or none.
static inline void add_known(telling *t, const uint8_t *p, size_t len, uint64_t hash)
{
    size_t n = t->out->n;
    t->last.p = p;
    t->last.len = len;
    t->n_last = n;
    t->out->hash[n] = hash;
    t->out->n = n + (hash >= HASH_LEAST);
}

// Adds the words of a token that joins with nothing before it.
static bool add_token(telling *t, const token *x)
{
    add_known(t, x->p, x->len, x->word);
    return x->word != LOOK || !token_is_word(*x->p) || add_text(t, text_of(x));
}

// ---- tokens

// The token that the n next letters spell.
INLINE bool take_spelled(telling *t, size_t n, token *out)
{
    const uint64_t other = 0x8080808080808080;
    const uint8_t *p = t->letter;
    if ((size_t)(t->letter_end - p) < n || n == 0)
        return false;
    size_t low = n < 8 ? n : 8, high = n - low < 8 ? n - low : 8;
    bool plain = !(((load64(p) & hash_ones(low)) | (load64(p + 8) & hash_ones(high))) & other);
    *out = (token){.p = p, .len = n};
    t->letter += n;
    if (plain && n <= HASH_SHORT && token_is_word(*p))
        out->word = hash_ascii(p, n);
    else if (!look_at_token((view){p, n}, t->out->reader, &out->word))
        return false;
    token *kept = &t->memo[t->n_memo++ % MEMO];
    kept->p = p;
    kept->len = n;
    kept->word = out->word;
    return true;
}

// Reads the next token, of any kind. A long one, of which the rest is GLUED to it, is not told.
// Which have a second byte is at random: no branch depends on it.
INLINE bool take_token(telling *t, token *out)
{
    unsigned c = *t->first++, two = ((c >= SHORT) & (c < NUMBERED)) | (c >= LONG);
    size_t more = t->second_at < t->n_second ? t->second[t->second_at] : 0;
    t->second_at += two;
    if (c < NUMBERED) {
        size_t number = c + (((c - SHORT) * 255 + more) & -(size_t)two);
        if (number >= t->b->n)
            return false;
        *out = (token){t->b->text[number + 1], 0, t->b->word[number + 1]};
        return true;
    }
    if (c == AGAIN) {
        more %= MEMO;
        if (more >= t->n_memo)
            return false;
        out->p = t->memo[more].p;
        out->len = t->memo[more].len;
        out->word = t->memo[more].word;
        return true;
    }
    return c != GLUED && take_spelled(t, c < LONG ? c - SPELLED : more, out);
}

// ---- what a mark joins

// What the ends of a token are, where they are ASCII.
enum shape {
    FIRST_LETTER = 1,
    FIRST_DIGIT = 2,
    LAST_LETTER = 4,
    LAST_DIGIT = 8,
    SINGLE = 16, // it is one letter
    FIRST_ASCII = FIRST_LETTER | FIRST_DIGIT,
    LAST_ASCII = LAST_LETTER | LAST_DIGIT,
};

static unsigned shape_of(view x)
{
    uint8_t a = *x.p, z = x.p[x.len - 1];
    unsigned shape = 0;
    if (a < 0x80)
        shape |= a <= '9' ? FIRST_DIGIT : FIRST_LETTER;
    if (z < 0x80)
        shape |= z <= '9' ? LAST_DIGIT : LAST_LETTER;
    if (x.len == 1 && shape & FIRST_LETTER)
        shape |= SINGLE;
    return shape;
}

// Whether a mark may join the two: what is not ASCII may be anything.
static bool may_join(view left, uint8_t mark, view right)
{
    unsigned before = shape_of(left), after = shape_of(right);
    bool digits = (before & LAST_DIGIT || !(before & LAST_ASCII)) &&
                  (after & FIRST_DIGIT || !(after & FIRST_ASCII));
    bool singles =
        (before & SINGLE || !(before & LAST_ASCII)) && (after & SINGLE || !(after & FIRST_ASCII));
    if (mark == '\'' || mark == '`')
        return !(after & FIRST_DIGIT);
    if (mark == '"')
        return !(before & LAST_ASCII) && !(after & FIRST_ASCII);
    return digits || (mark == '.' && singles);
}

// Tokens that are read together, and their key where all is ASCII.
typedef struct joined {
    uint8_t text[JOINED_MOST], key[JOINED_MOST];
    size_t len, key_len;
    bool ascii;
    view last;
} joined;

// Of the marks only the one between digits stands in a key.
static bool join_token(joined *j, uint8_t mark, const token *x)
{
    view text = text_of(x);
    if (j->len + text.len + 1 + WIDE > JOINED_MOST)
        return false;
    if (mark)
        j->text[j->len++] = mark;
    if (mark == '.' && *text.p <= '9')
        j->key[j->key_len++] = mark;
    memcpy(j->text + j->len, text.p, text.len);
    memcpy(j->key + j->key_len, text.p, text.len);
    j->len += text.len;
    j->key_len += text.len;
    j->ascii &= is_ascii(text);
    j->last = text;
    return true;
}

// A '.' has bit 5, as hash_ascii asks.
static bool add_joined(telling *t, const joined *j)
{
    if (!j->ascii)
        return add_text(t, (view){j->text, j->len});
    t->out->hash[t->out->n++] = hash_ascii(j->key, j->key_len);
    return true;
}

// Joins what further marks join; *x is the token after it, without bytes where there is none.
static bool join_more(telling *t, joined *j, token *x)
{
    for (;;) {
        *x = (token){0};
        if (t->first == t->first_end)
            return true;
        if (!take_token(t, x))
            return false;
        if (!is_joiner(text_of(x)) || t->first == t->first_end)
            return true;
        uint8_t mark = *x->p;
        if (!take_token(t, x))
            return false;
        if (!token_is_word(*x->p) || !may_join(j->last, mark, text_of(x)))
            return true;
        if (!join_token(j, mark, x))
            return false;
    }
}

// Adds the words that stand around a mark; of the token before it they are there already.
static bool add_around(telling *t, const token *mark)
{
    joined j = {.len = 0};
    token next, left = t->last;
    j.ascii = true;
    t->last = *mark;
    if (t->first == t->first_end)
        return true;
    if (!take_token(t, &next))
        return false;
    if (!left.p || !token_is_word(*left.p) || !token_is_word(*next.p) ||
        !may_join(text_of(&left), *mark->p, text_of(&next)))
        return add_token(t, &next);
    t->out->n = t->n_last;
    if (!join_token(&j, 0, &left) || !join_token(&j, *mark->p, &next) || !join_more(t, &j, &next))
        return false;
    return add_joined(t, &j) && (!next.p || add_token(t, &next));
}

// Adds the words of tokens that have numbers, up to one that must be looked at, is of another kind,
// or has the last second byte.
static bool add_numbered(telling *t)
{
    const uint64_t *of = t->b->word + 1;
    const uint8_t *first = t->first, *second = t->second + t->second_at;
    const uint8_t *last_second = t->second + t->n_second - 1;
    uint64_t *hash = t->out->hash;
    size_t n = t->out->n, n_last = n, n_book = t->b->n, last = SIZE_MAX;
    while (first < t->first_end && *first < NUMBERED && second < last_second) {
        unsigned c = *first, two = c >= SHORT;
        size_t number = c + (((c - SHORT) * 255 + *second) & -two);
        if (number >= n_book)
            return false;
        uint64_t x = of[number];
        if (x == LOOK)
            break;
        last = number;
        n_last = n;
        hash[n] = x;
        n += x >= HASH_LEAST;
        first++;
        second += two;
    }
    t->first = first;
    t->second_at = (size_t)(second - t->second);
    t->out->n = n;
    if (last == SIZE_MAX)
        return true;
    t->n_last = n_last;
    t->last.p = t->b->text[last + 1];
    t->last.len = 0;
    return true;
}

static bool tell_all(telling *t)
{
    while (t->first < t->first_end) {
        token x;
        if (t->second_at < t->n_second && !add_numbered(t))
            return false;
        if (t->first == t->first_end)
            break;
        if (!take_token(t, &x))
            return false;
        if (x.word != LOOK) {
            add_known(t, x.p, x.len, x.word);
            continue;
        }
        token look = x;
        if (!(token_is_word(*x.p) ? add_token(t, &look) : add_around(t, &look)))
            return false;
    }
    return t->second_at <= t->n_second;
}

bool wordbook_parts_words(const wordbook *b, const wordbook_parts *p, size_t most, book_words *out)
{
    telling t;
    t.b = b;
    t.out = out;
    t.first = p->first;
    t.first_end = p->first + p->n_first;
    t.second = p->second;
    t.second_at = 0;
    t.n_second = p->n_second;
    t.letter = p->letters;
    t.letter_end = p->letters + p->n_letters;
    t.last = (token){0};
    t.n_last = t.n_memo = 0;
    t.most = most;
    out->n = 0;
    if (!out->reader)
        out->reader = calloc(1, sizeof *out->reader);
    return out->reader && make_room(&t, 0) && tell_all(&t);
}

// The parts of a packed text, in out->parts.
static bool read_parts(const wordbook *b, view packed, size_t most, wordbook_parts *p,
                       book_words *out)
{
    code_reader firsts, letters;
    uint32_t n_first, n_letters;
    if (!varint_take(&packed, &n_first) || !varint_take(&packed, &n_letters) ||
        !code_begin(&firsts, &b->first, n_first, &packed) ||
        !code_begin(&letters, &b->letters, n_letters, &packed))
        return false;
    if ((size_t)n_first + n_letters > most)
        return false;
    buf_reset(&out->parts);
    uint8_t *to = buf_grow(&out->parts, (size_t)n_first + n_letters + WIDE);
    if (!to)
        return false;
    *p = (wordbook_parts){to, (uint8_t *)packed.p, to + n_first, n_first, packed.len, n_letters};
    code_read(&firsts, p->first, n_first);
    code_read(&letters, p->letters, n_letters);
    return code_end(&firsts) && code_end(&letters);
}

bool wordbook_words(const wordbook *b, view packed, size_t most, book_words *out)
{
    wordbook_parts p;
    out->n = 0;
    return read_parts(b, packed, most, &p, out) && wordbook_parts_words(b, &p, most, out);
}

void book_words_fini(book_words *w)
{
    if (w->reader)
        hashes_free(w->reader);
    free(w->reader);
    buf_fini(&w->parts);
    free(w->hash);
    *w = (book_words){0};
}
