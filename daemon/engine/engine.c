#include "engine/engine.h"
#include "base/clock.h"
#include "engine/state.h"
#include "shingled/version.h"
#include "shingled/wire.h"
#include "sketch/winnow.h"
#include "text/shingle.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    CACHE_BYTES = 32 << 20,
    // The room for a store is so many blocks of postings, but none is shorter than what a page
    // holds beside its head and what chance adds; as long as without a limit at most.
    BLOCK_PARTS = 32768,
    BLOCK_LEAST = 3800,
    BLOCK_MOST = 64 << 10,
    // It has so many bytes for each article of the segment in RAM: of some 20 that are kept, one.
    SEAL_BYTES = 64 << 10,
    SEAL_LEAST = 512,
    SEAL_MOST = 32768,
};

static char stamp[160];

static void make_stamp(void)
{
    snprintf(stamp, sizeof stamp,
             "text=%d shingle=%d,%d,%d/%d sketch=%d,%dx%d,%d winnow=%d,%d,%d print=%d terms=%d,%d",
             TEXT_VERSION, SKETCH_WORDS, PRINT_WORDS, CHAR_WEIGHT, WORD_WEIGHT, MINHASH_VERSION,
             MINHASH_BANDS, MINHASH_ROWS, MINHASH_LANES, WINNOW_VERSION, WINNOW_WINDOW,
             SPEECH_WINDOW, PRINT_BITS, RARE_VERSION, RARE_MOST);
}

const char *engine_stamp(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_stamp);
    return stamp;
}

static unsigned count_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 1 ? (unsigned)n : 1;
}

// While the index still rebuilds what is not asked for.
static shg_err restore(void *ctx)
{
    return matcher_restore(ctx);
}

// A part of the room for a store, within bounds; the most where there is no limit.
static unsigned part_of_room(uint64_t keep_bytes, uint64_t by, unsigned least, unsigned most)
{
    uint64_t part = keep_bytes / by;
    if (!keep_bytes || part > most)
        return most;
    return part > least ? (unsigned)part : least;
}

// A block takes a run of pages, and where room is scarce long runs become rare: the file would grow
// for want of them while single pages are free.
static unsigned block_bytes(uint64_t keep_bytes)
{
    return part_of_room(keep_bytes, BLOCK_PARTS, BLOCK_LEAST, BLOCK_MOST);
}

static unsigned seal_docs(uint64_t keep_bytes)
{
    return part_of_room(keep_bytes, SEAL_BYTES, SEAL_LEAST, SEAL_MOST);
}

static shg_err open_parts(engine *e, const engine_opts *o, char *why, size_t why_len)
{
    shg_err err = sources_open(&e->lib.sources, o->sources, why, why_len);
    if (!err)
        err = readers_open(&e->readers);
    if (!err)
        err = stories_open(&e->stories);
    if (err)
        return err;
    const char *what = "";
    unsigned cores = count_cores();
    index_opts io = {
        .map_bytes = o->map_bytes,
        .seal_docs = o->seal_docs ? o->seal_docs : seal_docs(o->keep_bytes),
        .list_cap = LIST_CAP,
        .block_bytes = block_bytes(o->keep_bytes),
        .seed = o->seed,
        .stamp = engine_stamp(),
        .background = true,
        .gather = !o->keep_bytes,
        .known = restore,
        .ctx = e,
    };
    err = index_open(&e->lib.ix, o->dir, &io, &what);
    if (err) {
        bool named = !strncmp(what, o->dir, strlen(o->dir));
        snprintf(why, why_len, "%s%s%s", named ? "" : o->dir, named ? "" : ": ", what);
        return err;
    }
    e->lib.seed = index_seed(e->lib.ix);
    err = cache_open(&e->lib.cache, o->cache_bytes ? o->cache_bytes : CACHE_BYTES);
    if (!err)
        err = helpers_open(&e->helpers, cores - 1); // a question has a core of its own
    if (!err) {
        atomic_store(&e->end, index_end(e->lib.ix));
        err = matcher_start(&e->matcher, e, o->hands ? o->hands : cores);
    }
    if (!err && (o->keep_ms || o->keep_bytes))
        err = retention_start(&e->retention, e, o);
    if (err)
        snprintf(why, why_len, "%s: %s", o->dir, shg_err_text(err));
    return err;
}

shg_err engine_open(engine **out, const engine_opts *o, char *why, size_t why_len)
{
    engine *e = *out = calloc(1, sizeof *e);
    if (!e) {
        snprintf(why, why_len, "out of memory");
        return SHG_ENOMEM;
    }
    e->started_ns = clock_mono_ns();
    shg_err err = open_parts(e, o, why, why_len);
    if (err)
        engine_close(out);
    return err;
}

shg_err engine_check(const char *dir, index_say *say, index_progress *progress, void *ctx,
                     uint64_t *faults)
{
    return index_check(dir, engine_stamp(), place_is_sound, say, progress, ctx, faults);
}

uint32_t engine_end(engine *e)
{
    return atomic_load(&e->end);
}

void engine_stop(engine *e)
{
    stories_stop(e->stories);
}

void engine_close(engine **pe)
{
    engine *e = *pe;
    *pe = NULL;
    if (!e)
        return;
    retention_stop(&e->retention);
    matcher_stop(&e->matcher);
    helpers_close(&e->helpers);
    stories_close(&e->stories);
    cache_close(&e->lib.cache);
    index_close(&e->lib.ix);
    readers_close(&e->readers);
    sources_close(&e->lib.sources);
    free(e);
}

shg_err engine_info(engine *e, json_t **reply)
{
    char seed_print[5];
    // XXH3 of one word can be undone: only 16 bits of it are shown, which tell two
    // installations apart and leave 48 bits of the secret unknown.
    uint64_t seed = e->lib.seed;
    snprintf(seed_print, sizeof seed_print, "%04x",
             (unsigned)(XXH3_64bits_withSeed(&seed, sizeof seed, seed) & 0xffff));
    *reply = json_pack(
        "{s:s, s:s, s:[s], s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i},"
        " s:[s, s, s, s, s, s, s],"
        " s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:s}, s:s}",
        "name", "shingled", "version", SHG_VERSION, "protocols", SHG_MAGIC, "limits", "text",
        SHG_TEXT_MAX, "header", SHG_HEADER_MAX, "depth", SHG_DEPTH_MAX, "batch", SHG_BATCH_MAX,
        "frame", SHG_FRAME_MAX, "frames", SHG_FRAMES_MAX, "uri", SHG_URI_MAX, "batch_records",
        SHG_BATCH_RECORDS_MAX, "streams", SHG_STREAMS_MAX, "stream", SHG_STREAM_NAME_MAX, "mark",
        SHG_STREAM_MARK_MAX, "features", "query", "compare", "credits", "story", "sources",
        "stream", "pull", "parameters", "text", TEXT_VERSION, "shingle_words", SKETCH_WORDS,
        "print_words", PRINT_WORDS, "window", WINNOW_WINDOW, "lanes", MINHASH_LANES, "bands",
        MINHASH_BANDS, "rows", MINHASH_ROWS, "sketch", MINHASH_VERSION, "stamp", engine_stamp(),
        "seed_fingerprint", seed_print, "epoch", index_epoch(e->lib.ix));
    return *reply ? SHG_OK : SHG_ENOMEM;
}

static json_t *refused_by_status(engine *e)
{
    json_t *refused = json_object();
    for (int status = 0; status < STATUS_MAX; status++) {
        char name[8];
        uint64_t n = atomic_load(&e->put_refused[status]);
        if (!n)
            continue;
        snprintf(name, sizeof name, "%d", status);
        json_object_set_new(refused, name, json_integer((json_int_t)n));
    }
    return refused;
}

shg_err engine_stats(engine *e, json_t **reply)
{
    index_stats s;
    shg_err err = index_stat(e->lib.ix, &s);
    if (err)
        return err;
    uint64_t matched, n_stories, aged, crowded;
    stories_count(e->stories, &matched, &n_stories);
    retention_let_go(e->retention, &aged, &crowded);
#define NUMBER(x) (json_int_t)(x)
    *reply = json_pack("{s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
                       "s:I, s:I, s:{s:I, s:I},"
                       " s:f}",
                       "articles", NUMBER(s.articles), "put_new", NUMBER(atomic_load(&e->put_new)),
                       "put_updated", NUMBER(atomic_load(&e->put_updated)), "put_unchanged",
                       NUMBER(atomic_load(&e->put_unchanged)), "put_refused", refused_by_status(e),
                       "deleted", NUMBER(atomic_load(&e->deleted)), "segments", NUMBER(s.segments),
                       "stories", NUMBER(n_stories), "matched", NUMBER(matched), "postings",
                       NUMBER(s.postings), "merges", NUMBER(s.merges), "capped_lookups",
                       NUMBER(s.capped_lookups), "file_bytes", NUMBER(s.file_bytes), "ram_bytes",
                       NUMBER(s.ram_bytes + cache_bytes(e->lib.cache)), "used_bytes",
                       NUMBER(s.used_bytes), "live_bytes", NUMBER(s.live_bytes), "let_go", "age",
                       NUMBER(aged), "size", NUMBER(crowded), "uptime_s",
                       (double)(clock_mono_ns() - e->started_ns) / 1e9);
#undef NUMBER
    return *reply ? SHG_OK : SHG_ENOMEM;
}
