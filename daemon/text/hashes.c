#include "text/hashes.h"
#include "text/kernels.h"
#include "text/words_inside.h"
#include <stdlib.h>

// Words that a scan may write beyond those there are.
enum { HASHES_SLACK = 2 * SCAN_BLOCK };

// A word takes two bytes at least, its own and one that parts it from the next: characters
// that are words by themselves take three.
static bool make_room(hashes *h, size_t len)
{
    size_t n = len / 2 + 1 + HASHES_SLACK, need = len + 2 * SCAN_SLACK + KEYS_SLACK;
    if (len > UINT32_MAX)
        return false;
    if (h->room_words < n) {
        hashes_free(h);
        n += n / 2;
        h->hash = malloc(n * sizeof *h->hash);
        h->space = malloc(n * sizeof *h->space);
        h->alone = calloc(n, 1);
        if (!h->hash || !h->space || !h->alone)
            return false;
        h->room_words = n;
    }
    if (h->keys_cap < need) {
        free(h->keys);
        h->keys_cap = need + need / 2;
        h->keys = malloc(h->keys_cap);
    }
    return h->keys != NULL;
}

// Reads on where no scan can: one word by the reference. false without memory.
static bool read_one(hashes *h, keys *k, cursor *in, view text)
{
    word w;
    if (!words_read(in, k, &w, text.p))
        return !k->full;
    h->space[h->list.n] = (uint32_t)k->len - 1;
    if (w.flags & WORD_CHAR) {
        h->alone[h->list.n] = 1;
        h->list.alone = h->alone;
    }
    h->list.n++;
    return true;
}

// The keys of a stretch that a scan can read, from *in on; false without memory. *checked: up to
// where the text is known to be UTF-8.
static bool scan_on(hashes *h, keys *k, cursor *in, scan_run *by, size_t *checked)
{
    scan s;
    s.tables = scan_tables_get();
    s.text = in->begin;
    s.at = (uint32_t)(in->p - in->begin);
    s.len = (uint32_t)(in->end - in->begin);
    s.checked = (uint32_t)*checked;
    s.line = false;
    do {
        if (!keys_room(k, s.len - s.at + SCAN_SLACK))
            return false;
        s.keys = k->p + k->len;
        s.keys_at = (uint32_t)k->len;
        s.space = h->space + h->list.n;
        s.alone = h->alone + h->list.n;
        s.has_alone = false;
        by(&s);
        if (s.has_alone)
            h->list.alone = h->alone;
        h->list.n += s.n;
        k->len = (size_t)(s.keys - k->p);
    } while (s.n >= SCAN_WORDS);
    in->p = in->begin + s.at;
    *checked = s.at > s.checked ? s.at : s.checked;
    return true;
}

// Most of most texts is read and checked by one scan: a pass for each would wait for memory twice.
static shg_err read_all(hashes *h, keys *k, view text, size_t *at)
{
    scan_run *by = text_kernels_get()->scan_keys;
    const scan_tables *tables = scan_tables_get();
    cursor in = cursor_at(text);
    size_t checked = 0;
    bool line;
    if (by && text.len && !scan_on(h, k, &in, by, &checked))
        return SHG_ENOMEM;
    if (checked < text.len && utf8_check(text, at))
        return SHG_EUTF8;
    checked = text.len;
    while (words_find(&in, &line)) {
        size_t had = h->list.n;
        if (by && scan_begins(tables, in.p) && !scan_on(h, k, &in, by, &checked))
            return SHG_ENOMEM;
        if (h->list.n == had && !read_one(h, k, &in, text))
            return SHG_ENOMEM;
    }
    return SHG_OK;
}

// Asks for a text's first lines of cache at once: a scan reads them in bursts of eight, between
// which a CPU's own looking ahead comes to rest.
static void fetch(view text)
{
    enum { LINE = 64, MOST = 4096 };
    for (size_t i = 0; i < text.len && i < MOST; i += LINE)
        __builtin_prefetch(text.p + i);
}

shg_err hashes_make(hashes *h, view text, size_t *at)
{
    fetch(text);
    if (h->list.alone)
        memset(h->alone, 0, h->list.n);
    h->list = (hash_list){0};
    shg_err e = make_room(h, text.len) ? SHG_OK : SHG_ENOMEM;
    if (!e) {
        keys k = {.p = h->keys, .cap = h->keys_cap};
        e = read_all(h, &k, text, at);
        h->keys = k.p;
        h->keys_cap = k.cap;
    }
    if (e == SHG_ENOMEM)
        hashes_free(h); // else it would tell of room that is not there
    if (e) {
        h->list = (hash_list){0}; // none of a text that is not UTF-8 is a word by itself
        return e;
    }
    text_kernels_get()->hash(h->hash, h->keys, 0, h->space, h->list.n);
    h->list.hash = h->hash;
    return SHG_OK;
}

void hashes_free(hashes *h)
{
    free(h->hash);
    free(h->alone);
    free(h->space);
    free(h->keys);
    *h = (hashes){0};
}
