// db.c - the store as a whole: its folder, its lock, its map, its tables.
#include "store/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#ifdef SANITIZED
#define MAP_DEFAULT ((size_t)16 << 30) // their shadow memory leaves less address space
#else
#define MAP_DEFAULT ((size_t)1 << 40)
#endif
#define MAP_LEAST ((size_t)64 << 30) // what halving the default may end at

enum {
    // A snapshot for each hand of a question (4) of each thread that may have one (64 workers, 16
    // that place articles, 1 that waits), and one more for each thread: a free place costs nothing.
    READERS_DEFAULT = 510,
    CUT_PAGES = 256, // pages at the end that were given out and never written: LMDB's loose pages
    PATH_MAX_BYTES = 4096,
};

static const char *const table_names[DB_TABLES] = {"meta",   "articles", "signs", "uris",
                                                   "blocks", "tombs",    "links", "prints"};

static _Thread_local char why_text[PATH_MAX_BYTES + 256];

__attribute__((format(printf, 1, 2))) static const char *say_why(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why_text, sizeof why_text, format, args);
    va_end(args);
    return why_text;
}

// A new file's name is durable only once its directory is synced.
static shg_err sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return SHG_EIO;
    int rc = fsync(fd);
    close(fd);
    return rc == 0 || errno == EINVAL ? SHG_OK
                                      : SHG_EIO; // some file systems can't sync a directory
}

static shg_err make_dir(const char *dir, const char **why)
{
    char up[PATH_MAX_BYTES];
    if (mkdir(dir, 0700) != 0) {
        if (errno == EEXIST)
            return SHG_OK;
        *why = say_why("%s: %s", dir, strerror(errno));
        return errno == ENOSPC ? SHG_EFULL : SHG_EIO;
    }
    if (snprintf(up, sizeof up, "%s/..", dir) < (int)sizeof up && sync_dir(up) == SHG_OK)
        return SHG_OK;
    *why = say_why("%s: its parent directory can't be synced: %s", dir, strerror(errno));
    return SHG_EIO;
}

// The file of the lock; -1 with SHG_OK where a store that is only read can't have one.
static shg_err open_lock(db *d, const char *dir, const char **why)
{
    char path[PATH_MAX_BYTES];
    const char *name = d->read_only ? "data.mdb" : "lock";
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path - 8) {
        *why = say_why("%s: path too long", dir);
        return SHG_EIO;
    }
    if (d->read_only && access(path, F_OK) != 0) {
        *why = say_why("%s: there is no store here", dir);
        return SHG_EIO;
    }
    snprintf(path, sizeof path, "%s/lock", dir);
    d->lock_fd = open(path, (d->read_only ? O_RDONLY : O_RDWR) | O_CREAT | O_CLOEXEC, 0600);
    if (d->lock_fd >= 0 || (d->read_only && (errno == EROFS || errno == EACCES)))
        return SHG_OK;
    *why = say_why("%s: %s", path, strerror(errno));
    return SHG_EIO;
}

// LMDB would let a second process in; what the first one holds in RAM would not
// follow. So one daemon, or any number of checks, hold a lock on a file of ours.
static shg_err take_lock(db *d, const char *dir, const char **why)
{
    shg_err err = open_lock(d, dir, why);
    if (err || d->lock_fd < 0)
        return err;
    if (flock(d->lock_fd, (d->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
        return SHG_OK;
    if (errno != EWOULDBLOCK) {
        *why = say_why("%s/lock: %s", dir, strerror(errno));
        return SHG_EIO;
    }
    *why = say_why("%s: in use by another process", dir);
    return SHG_EBUSY;
}

// Of a store that is larger than the memory for it, a question reads single pages anywhere: the
// system would read its whole window of neighbours with each and throw out for them what is asked
// for. Who reads much in a row says so (db_will_read, db_scan).
static int open_env(db *d, const char *dir, size_t map, unsigned readers)
{
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;
    if (d->read_only)
        flags |= MDB_RDONLY | MDB_NOLOCK; // our own lock keeps writers out
    int rc = mdb_env_create(&d->env);
    if (rc == 0)
        rc = mdb_env_set_mapsize(d->env, map);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(d->env, DB_TABLES);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(d->env, readers);
    if (rc == 0)
        rc = mdb_env_open(d->env, dir, flags, 0600);
    if (rc != 0) {
        mdb_env_close(d->env); // an env whose open failed can only be closed
        d->env = NULL;
    }
    return rc;
}

// The default map is halved until the address space has room for it; a size that was
// asked for is taken as it is.
static shg_err map_env(db *d, const char *dir, const db_opts *o, const char **why)
{
    size_t map = o->map_bytes ? o->map_bytes : MAP_DEFAULT;
    unsigned readers = o->readers ? o->readers : READERS_DEFAULT;
    int rc = open_env(d, dir, map, readers);
    while (rc == ENOMEM && !o->map_bytes && map / 2 >= MAP_LEAST) {
        map /= 2;
        rc = open_env(d, dir, map, readers);
    }
    if (rc != 0)
        *why = say_why("%s: %s", dir, mdb_strerror(rc));
    return from_mdb(d, rc);
}

// Pages past the end of a file that was cut are SIGBUS when touched. A writer makes
// the file as long as its map says; a reader can only refuse one that is cut short.
static shg_err check_length(db *d, const char *dir, const char **why)
{
    int fd = -1;
    MDB_envinfo info;
    MDB_stat page;
    struct stat st;
    int rc = mdb_env_get_fd(d->env, &fd);
    if (rc == 0)
        rc = mdb_env_info(d->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(d->env, &page);
    if (rc != 0 || fstat(fd, &st) != 0) {
        *why = say_why("%s: %s", dir, rc ? mdb_strerror(rc) : strerror(errno));
        return SHG_EIO;
    }
    uint64_t want = ((uint64_t)info.me_last_pgno + 1) * page.ms_psize;
    if ((uint64_t)st.st_size >= want)
        return SHG_OK;
    if (want - (uint64_t)st.st_size > (uint64_t)CUT_PAGES * page.ms_psize) {
        *why = say_why("%s/data.mdb: cut short: %llu bytes of %llu", dir,
                       (unsigned long long)st.st_size, (unsigned long long)want);
        return SHG_ECORRUPT;
    }
    if (!d->read_only && ftruncate(fd, (off_t)want) != 0) {
        *why = say_why("%s/data.mdb: %s", dir, strerror(errno));
        return SHG_EIO;
    }
    return SHG_OK;
}

// A store has all its tables from its first commit on: one that lacks some is of another format,
// and stays as it is.
static int open_each(db *d, MDB_txn *t)
{
    unsigned flags = 0;
    int rc = mdb_dbi_open(t, table_names[0], flags, &d->dbi[0]);
    if (rc == MDB_NOTFOUND && !d->read_only) {
        flags = MDB_CREATE;
        rc = mdb_dbi_open(t, table_names[0], flags, &d->dbi[0]);
    }
    for (int i = 1; i < DB_TABLES && rc == 0; i++) {
        rc = mdb_dbi_open(t, table_names[i], flags, &d->dbi[i]);
        if (rc == MDB_NOTFOUND)
            rc = MDB_VERSION_MISMATCH;
    }
    return rc;
}

static shg_err open_tables(db *d, const char *dir, const char **why)
{
    MDB_txn *t = NULL;
    int rc = mdb_txn_begin(d->env, NULL, d->read_only ? MDB_RDONLY : 0, &t);
    if (rc == 0)
        rc = open_each(d, t);
    if (rc == 0)
        rc = mdb_txn_commit(t), t = NULL;
    if (t)
        mdb_txn_abort(t);
    if (rc == MDB_NOTFOUND) {
        *why = say_why("%s: not a store: a table is missing", dir);
        return SHG_ECORRUPT;
    }
    if (rc == MDB_VERSION_MISMATCH)
        *why = say_why("%s: the store was written in another format: a table is missing", dir);
    else if (rc != 0)
        *why = say_why("%s: %s", dir, mdb_strerror(rc));
    return from_mdb(d, rc);
}

shg_err db_open(db **out, const char *dir, const db_opts *o, const char **why)
{
    *why = "";
    db *d = *out = calloc(1, sizeof *d);
    if (!d) {
        *why = "out of memory";
        return SHG_ENOMEM;
    }
    d->lock_fd = -1;
    d->read_only = o->read_only;
    shg_err err = d->read_only ? SHG_OK : make_dir(dir, why);
    if (!err)
        err = take_lock(d, dir, why);
    if (!err)
        err = map_env(d, dir, o, why);
    if (!err)
        err = check_length(d, dir, why);
    if (!err)
        err = open_tables(d, dir, why);
    if (!err && !d->read_only) {
        err = sync_dir(dir);
        if (err)
            *why = say_why("%s: can't be synced: %s", dir, strerror(errno));
    }
    if (err)
        db_close(out);
    return err;
}

void db_close(db **d)
{
    db *x = *d;
    *d = NULL;
    if (!x)
        return;
    if (x->env)
        mdb_env_close(x->env);
    if (x->lock_fd >= 0)
        close(x->lock_fd); // gives up the lock
    free(x);
}
