// The words of a packed text, from the numbers of its tokens; or, before it is packed, from the row
// of its tokens that a walk has found (token_row).
//
// A word never reaches over white space, nor over what stands between two tokens but one of five
// marks alone. So nearly every word is a token, or a token holds no word, and the book knows the
// hash of each of its own. What such a mark may join is read together.
//
// Of which kind the next token is, is at random: first it is found of all which they are
// (wordbook_list), then what the spelled ones hold, then the words in their order. Each is a loop
// in which no branch but rare ones depends on the text.
#include "index/varint.h"
#include "index/wordbook_inside.h"
#include "text/hash.h"
#include "text/hashes.h"

#include <stdlib.h>

enum { JOINED_MOST = 256 }; // bytes of tokens that are read together

// Where the words of a text are told. What belongs to the spelled tokens stands by their order; of
// a row all are spelled, each in its place, and their letters are the text.
typedef struct telling {
    const wordbook *b;
    book_words *out;
    view letters;
    size_t n;        // tokens
    token_list list; // token is NULL where it is a row
    uint64_t *word;  // of a spelled token, as wordbook.word has it
    uint32_t *begin; // where its letters do
    uint32_t *odd;   // those of which not all letters are ASCII, and other rare ones
    size_t before;   // words before the last token
    size_t most;     // words there can be
} telling;

// ---- what a token is

static view spelled_text(const telling *t, size_t k)
{
    return (view){t->letters.p + t->begin[k], t->list.len[k]};
}

static view text_of(const telling *t, size_t i)
{
    if (!t->list.token)
        return spelled_text(t, i);
    uint32_t x = t->list.token[i];
    if (x >= WORDBOOK_TOKENS)
        return spelled_text(t, x - WORDBOOK_TOKENS);
    const uint8_t *text = t->b->text[x + 1];
    return (view){text, text[WIDE - 1]};
}

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

// ---- which tokens there are

bool wordbook_list_plain(const wordbook *b, const wordbook_parts *p, token_list *out)
{
    static const uint8_t none = 0;
    const uint8_t *second = p->n_second ? p->second : &none;
    size_t at = 0, last = p->n_second ? p->n_second - 1 : 0;
    uint32_t most = 0;
    bool good = true;
    out->n_spelled = 0;
    for (size_t i = 0; i < p->n_first; i++) {
        unsigned c = p->first[i];
        uint8_t more = second[at < last ? at : last];
        if (c < NUMBERED) { // one byte or two: at random, so that a branch would be slower
            unsigned two = c >= SHORT;
            uint32_t number = c + (((c - SHORT) * 255 + more) & -two);
            out->token[i] = number;
            most = number > most ? number : most;
            at += two;
            continue;
        }
        good &= wordbook_list_other(out, &out->token[i], c, more);
        at += c >= LONG;
    }
    return good && most < b->n && at == p->n_second;
}

// ---- what spelled tokens hold

static bool read_each(telling *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!read_token(spelled_text(t, t->odd[i]), t->out->reader, &t->word[t->odd[i]]))
            return false;
    return true;
}

// Gives each of n odd tokens what words of all it holds: behind each of them stands the same word
// more, and there is no other such word.
static void part_words(telling *t, size_t n, const uint64_t *hash, uint64_t mark)
{
    for (size_t i = 0; i < n; i++, hash++) {
        const uint64_t *first = hash;
        while (*hash != mark)
            hash++;
        t->word[t->odd[i]] = hash == first ? NO_WORD : hash == first + 1 ? *first : LOOK;
    }
}

static size_t odd_bytes(const telling *t, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += t->list.len[t->odd[i]];
    return bytes;
}

// Reads n odd tokens, all at once: each for itself would take several times as long.
static bool read_odd(telling *t, size_t n)
{
    static const uint8_t apart[] = " 0 \0\0\0\0\0\0\0\0\0\0\0\0\0"; // 16 from '0' on
    enum { APART = 3 };
    const uint64_t mark = hash_ascii(apart + 1, 1);
    const hash_list *list = &t->out->reader->list;
    size_t marks = 0;
    buf_reset(&t->out->odd);
    uint8_t *begin = buf_grow(&t->out->odd, odd_bytes(t, n) + APART * n), *to = begin;
    if (!begin)
        return false;
    for (size_t i = 0; i < n; i++) {
        view x = spelled_text(t, t->odd[i]);
        memcpy(to, x.p, x.len);
        memcpy(to + x.len, apart, APART);
        to += x.len + APART;
    }
    if (hashes_make(t->out->reader, (view){begin, (size_t)(to - begin)}, NULL) || list->alone)
        return false;
    for (size_t i = 0; i < list->n; i++)
        marks += list->hash[i] == mark;
    if (marks != n)
        return read_each(t, n);
    part_words(t, n, list->hash, mark);
    return true;
}

// Those that are marks or long are looked at, of n; the others are left to read_odd.
static bool look_at_odd(telling *t, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t k = t->odd[i];
        view x = spelled_text(t, k);
        if (token_is_word(*x.p) && !is_ascii(x))
            t->odd[left++] = k;
        else if (!look_at_token(x, t->out->reader, &t->word[k]))
            return false;
    }
    return !left || read_odd(t, left);
}

// False where there are not so many letters.
static bool look_at_spelled(telling *t)
{
    const uint64_t other = 0x8080808080808080, lower = 0x2020202020202020;
    const uint8_t *p = t->letters.p;
    size_t at = 0, n_odd = 0, end = t->letters.len;
    for (size_t k = 0; k < t->list.n_spelled; k++) {
        size_t n = t->list.len[k], low = n < 8 ? n : 8, high = n - low < 8 ? n - low : 8;
        if (end - at < n)
            return false;
        uint64_t a = load64(p + at), b = load64(p + at + 8);
        uint64_t in_a = hash_ones(low), in_b = hash_ones(high);
        bool plain = !(((a & in_a) | (b & in_b)) & other) & (n <= HASH_SHORT);
        t->begin[k] = (uint32_t)at;
        t->word[k] = hash_short((a | lower) & in_a, (b | lower) & in_b, n);
        t->odd[n_odd] = (uint32_t)k;
        n_odd += !(plain & token_is_word(p[at]));
        at += n;
    }
    return at == end && look_at_odd(t, n_odd);
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
static bool join_token(joined *j, uint8_t mark, view text)
{
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

// Whether the token at i is a mark that may join the last one with the next.
static bool is_joining(const telling *t, size_t i, view last)
{
    if (i + 1 >= t->n)
        return false;
    view mark = text_of(t, i), next = text_of(t, i + 1);
    return is_joiner(mark) && token_is_word(*last.p) && token_is_word(*next.p) &&
           may_join(last, *mark.p, next);
}

// ---- words

// Room for n more words, and one for each of so many tokens.
static bool make_room(book_words *out, size_t n, size_t n_tokens)
{
    size_t need = out->n + n + n_tokens + ADD_ROOM;
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
    book_words *out = t->out;
    hashes *reader = out->reader;
    if (hashes_make(reader, text, NULL) || reader->list.alone ||
        out->n + reader->list.n > t->most || !make_room(out, reader->list.n, t->n))
        return false;
    if (reader->list.n)
        memcpy(out->hash + out->n, reader->list.hash, reader->list.n * sizeof(uint64_t));
    out->n += reader->list.n;
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

// Adds the words of the token before the mark at *i, which joins it with the next, and of what
// further marks join, in the place of those that it had alone; *i is moved behind them.
static bool join_around(telling *t, size_t *i)
{
    joined j;
    size_t at = *i;
    j.len = j.key_len = 0;
    j.ascii = true;
    if (!join_token(&j, 0, text_of(t, at - 1)))
        return false;
    for (; is_joining(t, at, j.last); at += 2)
        if (!join_token(&j, *text_of(t, at).p, text_of(t, at + 1)))
            return false;
    *i = at;
    t->out->n = t->before;
    return add_joined(t, &j);
}

// Adds the words of the token at *i, which must be looked at; *i is moved behind what was read.
static bool add_looked_at(telling *t, size_t *i)
{
    view x = text_of(t, *i);
    if (!token_is_word(*x.p) && *i > 0 && is_joining(t, *i, text_of(t, *i - 1)))
        return join_around(t, i);
    (*i)++;
    t->before = t->out->n;
    return !token_is_word(*x.p) || add_text(t, x);
}

// Adds the words of tokens from i on that are one word or none; returns the first that must be
// looked at, or the end.
static size_t add_known(telling *t, size_t i)
{
    const uint64_t *const from[] = {t->b->word + 1, t->word};
    const uint32_t *list = t->list.token;
    uint64_t *hash = t->out->hash;
    size_t n = t->out->n, before = t->before, end = t->n;
    for (; i < end; i++) {
        size_t x = list[i], spelled = x >= WORDBOOK_TOKENS;
        uint64_t has = from[spelled][x - (WORDBOOK_TOKENS & -spelled)];
        if (has == LOOK)
            break;
        before = n;
        hash[n] = has;
        n += has >= HASH_LEAST;
    }
    t->out->n = n;
    t->before = before;
    return i;
}

size_t wordbook_add_plain(const uint64_t *has, size_t i, size_t end, uint64_t *hash, size_t *n)
{
    size_t at = *n;
    for (; i < end && has[i] != LOOK; i++) {
        hash[at] = has[i];
        at += has[i] >= HASH_LEAST;
    }
    *n = at;
    return i;
}

// The same of a row.
static size_t add_known_of_row(telling *t, size_t i)
{
    size_t end = t->b->add(t->word, i, t->n, t->out->hash, &t->out->n);
    if (end > i)
        t->before = t->out->n - (t->word[end - 1] >= HASH_LEAST);
    return end;
}

static bool tell_all(telling *t)
{
    size_t (*const add)(telling * t, size_t i) = t->list.token ? add_known : add_known_of_row;
    size_t n = t->n;
    for (size_t i = add(t, 0); i < n; i = add(t, i))
        if (!add_looked_at(t, &i))
            return false;
    return true;
}

// For n tokens: words, with a reader.
static bool begin_words(book_words *out, size_t n)
{
    out->n = 0;
    if (!out->reader)
        out->reader = calloc(1, sizeof *out->reader);
    return out->reader && make_room(out, 0, n);
}

// The room for what n tokens need.
static bool begin_telling(telling *t, size_t n)
{
    book_words *out = t->out;
    size_t each = n + LIST_ROOM, size = sizeof *t->word + 3 * sizeof(uint32_t) + 1;
    buf_reset(&out->tokens);
    uint8_t *p = buf_grow(&out->tokens, each * size);
    if (!begin_words(out, n) || !p)
        return false;
    t->word = (uint64_t *)(void *)p;
    t->list.token = (uint32_t *)(void *)(t->word + each);
    t->begin = t->list.token + each;
    t->odd = t->begin + each;
    t->list.len = (uint8_t *)(t->odd + each);
    return true;
}

static bool tell_parts(const wordbook *b, const wordbook_parts *p, size_t most, book_words *out)
{
    telling t;
    t.b = b;
    t.out = out;
    t.letters = (view){p->letters, p->n_letters};
    t.n = p->n_first;
    t.before = 0;
    t.most = most;
    return begin_telling(&t, t.n) && b->list(b, p, &t.list) && look_at_spelled(&t) && tell_all(&t);
}

bool wordbook_begin_row(token_row *r, size_t n, book_words *room)
{
    size_t size = sizeof *r->word + sizeof *r->begin + sizeof *r->odd + 1;
    buf_reset(&room->tokens);
    uint8_t *p = buf_grow(&room->tokens, n * size);
    if (!p)
        return false;
    *r = (token_row){.word = (uint64_t *)(void *)p};
    r->begin = (uint32_t *)(void *)(r->word + n);
    r->odd = r->begin + n;
    r->len = (uint8_t *)(r->odd + n);
    return true;
}

bool wordbook_row_words(const wordbook *b, const writing *w, book_words *out)
{
    const token_row *r = &w->row;
    telling t;
    t.b = b;
    t.out = out;
    t.letters = w->text;
    t.n = r->n;
    t.list = (token_list){.len = r->len, .n_spelled = r->n};
    t.word = r->word;
    t.begin = r->begin;
    t.odd = r->odd;
    t.before = 0;
    t.most = w->text.len;
    return !r->too_long && begin_words(out, t.n) && (!r->n_odd || look_at_odd(&t, r->n_odd)) &&
           tell_all(&t);
}

bool wordbook_read_parts(const wordbook *b, view packed, size_t most, wordbook_parts *p,
                         book_words *out)
{
    code_reader firsts, letters;
    uint32_t n_first, n_letters;
    size_t len = packed.len;
    if (!varint_take(&packed, &n_first) || !varint_take(&packed, &n_letters) ||
        !code_begin(&firsts, &b->first, n_first, &packed) ||
        !code_begin(&letters, &b->letters, n_letters, &packed))
        return false;
    size_t all = (size_t)n_first + n_letters;
    if (all > most || all / 8 > len) // a code has a bit at least
        return false;
    buf_reset(&out->parts);
    uint8_t *to = buf_grow(&out->parts, all + WIDE);
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
    return wordbook_read_parts(b, packed, most, &p, out) && tell_parts(b, &p, most, out);
}

void book_words_fini(book_words *w)
{
    if (w->reader)
        hashes_free(w->reader);
    free(w->reader);
    buf_fini(&w->parts);
    buf_fini(&w->tokens);
    buf_fini(&w->odd);
    free(w->hash);
    *w = (book_words){0};
}
