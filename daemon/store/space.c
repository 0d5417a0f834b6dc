// space.c - how full the disk and the map are, and what LMDB's codes say of it.
#include "store/inside.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define SPARE_BYTES ((uint64_t)1 << 20) // less free space than this is a full disk

// A write that was cut short comes back from LMDB as EIO. It was the disk, or a
// limit on the file, that was full, if there is no room now.
static bool is_short_of_space(const db *d)
{
    int fd = -1;
    struct statvfs fs;
    struct stat st;
    struct rlimit limit;
    if (mdb_env_get_fd(d->env, &fd) != 0)
        return false;
    if (fstatvfs(fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < SPARE_BYTES)
        return true;
    return fstat(fd, &st) == 0 && getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY &&
           (uint64_t)st.st_size + SPARE_BYTES > (uint64_t)limit.rlim_cur;
}

shg_err from_mdb(const db *d, int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return SHG_OK;
    case MDB_NOTFOUND:
        return SHG_ENOTFOUND;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SHG_EFULL;
    case EIO:
        return d && d->env && is_short_of_space(d) ? SHG_EFULL : SHG_EIO;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return SHG_ECORRUPT;
    case MDB_VERSION_MISMATCH:
        return SHG_EFORMAT;
    case MDB_READERS_FULL:
        return SHG_EBUSY;
    case ENOMEM:
        return SHG_ENOMEM;
    case MDB_KEYEXIST:
    case MDB_BAD_VALSIZE:
    case MDB_BAD_TXN:
    case MDB_BAD_DBI:
    case MDB_BAD_RSLOT:
    case EINVAL:
        return SHG_EINTERNAL;
    default:
        return SHG_EIO;
    }
}

enum { FREE_TABLE = 0, KEPT_SHARE = 16 }; // LMDB's own table of freed pages is its first
static const uint64_t KEPT_MOST = (uint64_t)256 << 20;

// The values of the free table are lists of page numbers, their count in front. LMDB shows the
// table only to readers.
static int count_freed(MDB_env *env, uint64_t *pages)
{
    MDB_txn *t = NULL;
    MDB_cursor *c = NULL;
    MDB_val k, v;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &t);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_open(t, FREE_TABLE, &c);
    if (rc == 0)
        rc = mdb_cursor_get(c, &k, &v, MDB_FIRST);
    while (rc == 0) {
        size_t n = 0;
        if (v.mv_size >= sizeof n)
            memcpy(&n, v.mv_data, sizeof n);
        *pages += n;
        rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
    }
    if (c)
        mdb_cursor_close(c);
    mdb_txn_abort(t);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

shg_err db_room(db_txn *t, uint64_t *bytes)
{
    MDB_envinfo info;
    MDB_stat page;
    uint64_t pages = 0;
    int rc = mdb_env_info(t->d->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(t->d->env, &page);
    if (rc != 0)
        return db_note(t, from_mdb(t->d, rc));
    uint64_t used = ((uint64_t)info.me_last_pgno + 1) * page.ms_psize;
    uint64_t kept = info.me_mapsize / KEPT_SHARE;
    kept = kept < KEPT_MOST ? kept : KEPT_MOST;
    *bytes = info.me_mapsize > used ? info.me_mapsize - used : 0;
    if (*bytes < 4 * kept) { // the freed pages matter only near the end, and take time to count
        rc = count_freed(t->d->env, &pages);
        if (rc != 0)
            return db_note(t, from_mdb(t->d, rc));
    }
    *bytes += pages * page.ms_psize;
    *bytes = *bytes > kept ? *bytes - kept : 0;
    return SHG_OK;
}

shg_err db_stat(db *d, db_usage *out)
{
    *out = (db_usage){0};
    int fd = -1;
    struct stat st;
    MDB_txn *t = NULL;
    int rc = mdb_env_get_fd(d->env, &fd);
    if (rc != 0 || fstat(fd, &st) != 0)
        return SHG_EIO;
    out->file_bytes = (uint64_t)st.st_size;
    rc = mdb_txn_begin(d->env, NULL, MDB_RDONLY, &t);
    if (rc != 0)
        return from_mdb(d, rc);
    for (int i = 0; i < DB_TABLES && rc == 0; i++) {
        MDB_stat s;
        rc = mdb_stat(t, d->dbi[i], &s);
        if (rc == 0) {
            out->entries[i] = s.ms_entries;
            out->table_bytes[i] =
                (uint64_t)s.ms_psize * (s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages);
            out->used_bytes += out->table_bytes[i];
        }
    }
    mdb_txn_abort(t);
    return from_mdb(d, rc);
}
