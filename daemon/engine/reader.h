// reader.h - what an article is read in: memory that a thread keeps from one to the next.
//
// Each thread that reads articles for storing has a reader of its own, so that it stays in the
// caches of its core. Layer: engine.  May include: evidence, index, sketch, text, base.
#ifndef SHINGLED_ENGINE_READER_H
#define SHINGLED_ENGINE_READER_H
#include "base/buf.h"
#include "engine/prints.h"
#include "evidence/sources.h"

#include <pthread.h>

// A publisher as it was given, and what is known of it.
enum { READER_NAME = 47, READER_NAMES = 1024 };
typedef struct reader_name {
    uint8_t len; // 0: none
    uint8_t name[READER_NAME];
    const source *source;
    uint64_t hash; // publisher_hash_of its id
} reader_name;

typedef struct reader {
    side side;
    prints prints;
    buf record, publisher, packed;
    reader_name *names;    // [READER_NAMES], by hash; NULL: none are remembered
    struct readers *owner; // NULL: none
    struct reader *next;
} reader;

// reader_settle lets go of the memory that a very long text has left. reader_fini frees what there
// is; *r starts as zeros.
void reader_settle(reader *r);
void reader_fini(reader *r);

typedef struct readers {
    pthread_key_t key;
    pthread_mutex_t lock;
    reader *first;
    bool open;
} readers;

// readers_of gives the calling thread's reader; it lives as long as the thread, at most as long as
// *all. NULL without memory. Threads: any.
reader *readers_of(readers *all);

// readers_open prepares *all, which is zeros; SHG_ENOMEM. readers_close frees them all: no thread
// may read any more.
SHG_MUST_CHECK shg_err readers_open(readers *all);
void readers_close(readers *all);

#endif
