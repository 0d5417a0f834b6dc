#include "engine/prints.h"
#include "base/bytes.h"
#include "base/sort.h"
#include "engine/sign.h"
#include "sketch/winnow.h"
#include "text/kernels.h"
#include "text/shingle.h"

#include <stdlib.h>

// Whether the words [begin, end) of a shingle are all speech; mark can be read 8 words on.
static bool all_speech(const uint8_t *mark, size_t begin, size_t end)
{
    _Static_assert(SHINGLE_MOST <= 8 && MARK_SPEECH == 1, "its marks fit one load");
    uint64_t want = UINT64_C(0x0101010101010101) >> 8 * (8 - (end - begin));
    return (load64(mark + begin) & want) == want;
}

// The position of the smaller shingle of two, the latter of equals.
static uint32_t smaller(const uint64_t *shingle, uint32_t a, uint32_t b)
{
    uint32_t latter = -(uint32_t)(shingle[b] <= shingle[a]); // no branch: it would be at random
    return (b & latter) | (a & ~latter);
}

// Keeps of the shingles of a run of speech, words [begin, stop); n are kept before. Returns how
// many there are then.
static size_t keep_run(prints *x, size_t n, size_t begin, size_t stop)
{
    _Static_assert(SPEECH_WINDOW == 4, "a window is two pairs");
    const uint64_t *shingle = x->shingle;
    uint32_t last = UINT32_MAX, i = (uint32_t)begin;
    if (begin + SPEECH_WINDOW > x->n)
        return n;
    uint32_t pair[2] = {smaller(shingle, i, i + 1), smaller(shingle, i + 1, i + 2)};
    for (i += SPEECH_WINDOW - 1; i < x->n && x->end[i] <= stop; i++) {
        uint32_t newest = smaller(shingle, i - 1, i), at = smaller(shingle, pair[0], newest);
        pair[0] = pair[1];
        pair[1] = newest;
        x->speech[n] = at;
        n += at != last;
        last = at;
    }
    return n;
}

// The first word from i on that is speech, or with none = 1 the first that is none; n where there
// is no such word.
static size_t find_mark(const side *s, size_t i, unsigned none)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (; i < s->words.n; i += 8) {
        uint64_t hit = (load64(s->mark + i) ^ none * ones) & ones;
        if (hit) {
            i += (size_t)__builtin_ctzll(hit) / 8;
            break;
        }
    }
    return i < s->words.n ? i : s->words.n;
}

// Quotations travel in pieces shorter than what winnowing keeps for certain, so that of the
// shingles within speech more are kept: the smallest of each SPEECH_WINDOW neighbours. What
// is smallest of WINNOW_WINDOW is so of fewer, so that a quotation also meets one without
// marks. Returns how many there are.
static size_t find_speech(prints *x, const side *s)
{
    size_t n = 0, stop;
    for (size_t i = 0; (i = find_mark(s, i, 0)) < x->n; i = stop) {
        stop = find_mark(s, i, 1);
        n = keep_run(x, n, i, stop);
    }
    return n;
}

// Keeps the positions that winnowing keeps and, merged with them, the n_speech others; returns how
// many there are.
static size_t keep_all(prints *x, size_t n_speech)
{
    uint32_t *kept = x->kept, *all = kept + x->n; // behind, to be written over from the beginning
    const uint32_t *speech = x->speech;
    size_t n = 0, k = 0, i = 0;
    if (n_speech == 0)
        return winnow(kept, x->shingle, x->n);
    size_t n_all = winnow(all, x->shingle, x->n);
    all[n_all] = x->speech[n_speech] = UINT32_MAX;
    while (k < n_all || i < n_speech) {
        uint32_t a = all[k], b = speech[i], neither = -(uint32_t)(b < a); // no branch
        kept[n++] = (b & neither) | (a & ~neither);
        k += a <= b;
        i += b <= a;
    }
    return n;
}

// The fingerprints as keys, distinct and ascending; one counts as quoted if it ever stood so.
static void make_keys(prints *x, const side *s)
{
    sort_item *hash = x->item;
    size_t n = 0;
    sort_items(hash, hash + x->n_places, x->n_places, PRINT_BITS);
    for (size_t i = 0; i < x->n_places; i++) {
        uint32_t at = x->kept[hash[i].value], end = x->end[at];
        bool quoted = all_speech(s->mark, at, end);
        if (n && x->key[n - 1].hash == hash[i].key)
            x->key[n - 1].quoted |= quoted;
        else
            x->key[n++] = (print){hash[i].key, quoted};
        x->place[hash[i].value] = (print_at){at, end, (uint32_t)n - 1};
    }
    x->n_keys = (uint32_t)n;
}

static void find_prints(prints *x, const side *s, uint64_t seed)
{
    x->n = shingles_make(x->shingle, x->end, &s->words, PRINT_WORDS);
    x->n_places = keep_all(x, find_speech(x, s));
    for (size_t i = 0; i < x->n_places; i++) {
        x->item[i].key = print_of(x->shingle[x->kept[i]], seed);
        x->item[i].value = (uint32_t)i;
    }
    make_keys(x, s);
}

static bool is_key(const prints *x, uint64_t hash)
{
    const print *at = x->key, *term = x->key + x->n_keys;
    for (size_t n = x->n_keys; n > 1; n -= n / 2)
        at += n / 2 & -(size_t)(at[n / 2 - 1].hash < hash); // no branch: it would be at random
    bool is = x->n_keys && at->hash == hash;
    for (size_t i = 0; i < x->n_terms; i++)
        is |= term[i].hash == hash;
    return is;
}

// Which low bits hashes have: nearly always a term has others than all keys.
enum { LOW_BITS = 12 };
typedef struct low_bits {
    uint64_t is[(1 << LOW_BITS) / 64];
} low_bits;

static bool has_low(const low_bits *l, uint64_t hash)
{
    return l->is[hash % (1 << LOW_BITS) / 64] >> hash % 64 & 1;
}

static void add_low(low_bits *l, uint64_t hash)
{
    l->is[hash % (1 << LOW_BITS) / 64] |= (uint64_t)1 << hash % 64;
}

// The rarest terms follow the fingerprints; one that is equal to another key by chance is left out.
static void add_terms(prints *x, const words *w, uint64_t seed)
{
    uint64_t term[RARE_MOST];
    low_bits low = {{0}};
    uint32_t n = rare_terms(term, w, seed, x->item, &x->square);
    x->n_terms = 0;
    for (uint32_t i = 0; i < x->n_keys; i++)
        add_low(&low, x->key[i].hash);
    for (uint32_t i = 0; i < n; i++) {
        if (has_low(&low, term[i]) && is_key(x, term[i]))
            continue;
        add_low(&low, term[i]);
        x->key[x->n_keys + x->n_terms++] = (print){term[i], false};
    }
}

static bool make_room(prints *x, size_t n)
{
    if (x->item && x->room >= n)
        return true;
    prints_free(x);
    x->item =
        malloc((n + 1) * (RARE_ROOM * sizeof *x->item + sizeof *x->shingle + 4 * sizeof *x->end));
    x->key = malloc((n + RARE_MOST + 1) * sizeof *x->key);
    x->place = malloc((n + 1) * sizeof *x->place);
    if (!x->item || !x->key || !x->place) {
        prints_free(x);
        return false;
    }
    x->shingle = (uint64_t *)(x->item + RARE_ROOM * (n + 1));
    x->end = (uint32_t *)(x->shingle + n + 1);
    x->kept = x->end + n + 1;
    x->speech = x->kept + 2 * n + 1;
    x->room = n;
    return true;
}

shg_err prints_make(prints *x, const side *s, uint64_t seed)
{
    const words *w = &s->words;
    if (!make_room(x, w->n))
        return SHG_ENOMEM;
    find_prints(x, s, seed);
    x->n = shingles_make(x->shingle, NULL, w, SKETCH_WORDS);
    sign_shingles(&x->sig, x->shingle, x->n, w->text, seed);
    add_terms(x, w, seed);
    return SHG_OK;
}

void prints_free(prints *x)
{
    free(x->item);
    free(x->key);
    free(x->place);
    *x = (prints){0};
}
