// Unpacking: all tokens are found first, which they are, as for telling (wordbook_words.c), and are
// copied by one loop without a branch that depends on the text. A very long text is unpacked token
// by token, which needs no room.
#include "index/varint.h"
#include "index/wordbook_inside.h"

enum {
    LISTED_MOST = 1 << 20, // bytes of a text whose tokens are found first: 25 bytes for each token
    FIRST_AHEAD = 12 * CODE_STEP, // bytes that are read from the codes at a time
    LETTERS_AHEAD = 24 * CODE_STEP,
};

// Where a text is read from and written to.
typedef struct unpacking {
    code_reader firsts, letters;
    uint8_t first[FIRST_AHEAD], letter[LETTERS_AHEAD + WIDE];
    size_t at, n, letter_at, letter_n; // of those that are read
    const uint8_t *second, *end;
    uint8_t *begin, *to, *last;
    bool after_word;
    memo memo;
} unpacking;

// Writes tokens with a number as long as there are some, and room for any.
static bool write_numbered(unpacking *u, const wordbook *b)
{
    const uint8_t *second = u->second;
    uint8_t *to = u->to;
    size_t after_word = u->after_word, at = u->at;
    while (at < u->n && second < u->end && u->last - to > WIDE && u->first[at] < NUMBERED) {
        unsigned c = u->first[at++], two = c >= SHORT;
        unsigned number = c + (((c - SHORT) * 255 + *second) & -two);
        if (number >= b->n)
            return false;
        const uint8_t *text = b->text[number + 1];
        size_t word = token_is_word(*text);
        *to = ' ';
        to += after_word & word;
        memcpy(to, text, WIDE);
        to += text[WIDE - 1];
        second += two;
        after_word = word;
    }
    u->at = at;
    u->second = second;
    u->to = to;
    u->after_word = after_word;
    return true;
}

static bool take_second(unpacking *u, size_t *byte)
{
    if (u->second == u->end)
        return false;
    *byte = *u->second++;
    return true;
}

// The next n letters; those that are read but not taken move to the front.
static const uint8_t *take_letters(unpacking *u, size_t n)
{
    if (u->letter_n - u->letter_at < n) {
        size_t kept = u->letter_n - u->letter_at, more = LETTERS_AHEAD - kept;
        memmove(u->letter, u->letter + u->letter_at, kept);
        more = more / CODE_STEP * CODE_STEP;
        more = more < u->letters.left ? more : u->letters.left;
        code_read(&u->letters, u->letter + kept, more);
        u->letter_at = 0;
        u->letter_n = kept + more;
        if (u->letter_n < n)
            return NULL;
    }
    u->letter_at += n;
    return u->letter + u->letter_at - n;
}

// The token that a first byte stands for.
static bool find_token(unpacking *u, const wordbook *b, unsigned c, view *out)
{
    size_t more = 0;
    if ((c >= SHORT && c < NUMBERED) || c >= LONG)
        if (!take_second(u, &more))
            return false;
    if (c < NUMBERED) {
        size_t number = c < SHORT ? c : SHORT + (c - SHORT) * 256 + more;
        const uint8_t *text = b->text[number < b->n ? number + 1 : 0];
        *out = (view){text, text[WIDE - 1]};
    } else if (c == AGAIN) {
        more %= MEMO;
        *out = (view){u->begin + u->memo.at[more], u->memo.len[more]};
    } else {
        size_t n = c < LONG ? c - SPELLED : more;
        *out = (view){take_letters(u, n), n};
    }
    return out->p && out->len;
}

// Writes one token of any kind, but not behind the end.
static bool write_token(unpacking *u, const wordbook *b)
{
    unsigned c = u->first[u->at++];
    view token;
    if (!find_token(u, b, c, &token))
        return false;
    bool word = token_is_word(*token.p);
    size_t space = u->after_word && word && c != GLUED;
    if ((size_t)(u->last - u->to) < token.len + space)
        return false;
    *u->to = ' ';
    u->to += space;
    memcpy(u->to, token.p, token.len);
    if (c > SPELLED && c <= LONG)
        memo_add(&u->memo, (size_t)(u->to - u->begin), token.len);
    u->to += token.len;
    u->after_word = word;
    return true;
}

static bool write_read(unpacking *u, const wordbook *b)
{
    while (u->at < u->n)
        if (!write_numbered(u, b) || (u->at < u->n && !write_token(u, b)))
            return false;
    return true;
}

static bool is_all_read(const unpacking *u)
{
    return u->to == u->last && u->second == u->end && u->letter_at == u->letter_n &&
           code_end(&u->firsts) && code_end(&u->letters);
}

// Token by token: what has GLUED ones, or is very long.
static bool unpack_slowly(const wordbook *b, view packed, uint8_t *to, size_t n)
{
    unpacking u;
    uint32_t n_first, n_letters;
    if (!varint_take(&packed, &n_first) || !varint_take(&packed, &n_letters) ||
        !code_begin(&u.firsts, &b->first, n_first, &packed) ||
        !code_begin(&u.letters, &b->letters, n_letters, &packed))
        return false;
    u.second = packed.p;
    u.end = packed.p + packed.len;
    u.begin = u.to = to;
    u.last = to + n;
    u.after_word = false;
    u.letter_at = u.letter_n = 0;
    u.memo = (memo){.n = 0};
    while (u.firsts.left) {
        u.at = 0;
        u.n = u.firsts.left < FIRST_AHEAD ? u.firsts.left : FIRST_AHEAD;
        code_read(&u.firsts, u.first, u.n);
        if (!write_read(&u, b))
            return false;
    }
    return is_all_read(&u);
}

// A token as the book has it: of a longer one the length is 0.
typedef uint8_t row[WIDE];

// Tokens on their way into a text.
typedef struct copying {
    const row *rows[2]; // the book's; those that are spelled
    token_list list;
    const uint8_t *letters;
    uint32_t *begin; // where a spelled one's letters do
} copying;

static inline const uint8_t *row_of(const copying *c, size_t i)
{
    size_t x = c->list.token[i], spelled = x >= WORDBOOK_TOKENS;
    return c->rows[spelled][x - (WORDBOOK_TOKENS & -spelled)];
}

static view text_of(const copying *c, size_t i)
{
    uint32_t x = c->list.token[i];
    const uint8_t *p = row_of(c, i);
    if (x < WORDBOOK_TOKENS)
        return (view){p, p[WIDE - 1]};
    return (view){c->letters + c->begin[x - WORDBOOK_TOKENS], c->list.len[x - WORDBOOK_TOKENS]};
}

// Copies tokens from i on that are short, while there is room for any; returns the first other one.
static size_t copy_short(const copying *c, size_t i, size_t n, uint8_t **at, const uint8_t *last)
{
    uint8_t *to = *at;
    size_t after_word = i && token_is_word(*text_of(c, i - 1).p);
    for (; i < n && last - to > WIDE + 1; i++) {
        const uint8_t *p = row_of(c, i);
        size_t word = token_is_word(*p);
        if (!p[WIDE - 1])
            break;
        *to = ' ';
        to += after_word & word;
        memcpy(to, p, WIDE);
        to += p[WIDE - 1];
        after_word = word;
    }
    *at = to;
    return i;
}

// Copies the token at i, of any length; false where there is no room for it.
static bool copy_one(const copying *c, size_t i, uint8_t **at, const uint8_t *last)
{
    view x = text_of(c, i);
    bool space = i && token_is_word(*text_of(c, i - 1).p) && token_is_word(*x.p);
    if ((size_t)(last - *at) < x.len + space)
        return false;
    **at = ' ';
    memcpy(*at + space, x.p, x.len);
    *at += x.len + space;
    return true;
}

static bool copy_all(const copying *c, size_t n, uint8_t *to, size_t room)
{
    const uint8_t *last = to + room;
    for (size_t i = 0; (i = copy_short(c, i, n, &to, last)) < n; i++)
        if (!copy_one(c, i, &to, last))
            return false;
    return to == last;
}

// The rows of the spelled tokens; false where there are not so many letters.
static bool make_rows(copying *c, row *rows, size_t n_letters)
{
    size_t at = 0;
    for (size_t k = 0; k < c->list.n_spelled; k++) {
        size_t len = c->list.len[k];
        if (n_letters - at < len)
            return false;
        c->begin[k] = (uint32_t)at;
        memcpy(rows[k], c->letters + at, WIDE);
        rows[k][WIDE - 1] = (uint8_t)(len < WIDE ? len : 0);
        at += len;
    }
    return at == n_letters;
}

bool wordbook_unpack(const wordbook *b, view packed, uint8_t *to, size_t n, book_words *room)
{
    wordbook_parts p;
    buf_reset(&room->parts);
    buf_reset(&room->tokens);
    if (n > LISTED_MOST)
        return unpack_slowly(b, packed, to, n);
    if (!wordbook_read_parts(b, packed, n, &p, room))
        return false;
    size_t each = p.n_first + LIST_ROOM;
    row *rows =
        (row *)(void *)buf_grow(&room->tokens, each * (sizeof *rows + 2 * sizeof(uint32_t) + 1));
    if (!rows)
        return false;
    copying c = {.rows = {b->text + 1, rows}, .letters = p.letters};
    c.list.token = (uint32_t *)(void *)(rows + each);
    c.begin = c.list.token + each;
    c.list.len = (uint8_t *)(c.begin + each);
    if (!b->list(b, &p, &c.list))
        return unpack_slowly(b, packed, to, n);
    return make_rows(&c, rows, p.n_letters) && copy_all(&c, p.n_first, to, n);
}
