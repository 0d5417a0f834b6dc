// err.h - every error of shingled in one table: its name, its wire status, its meaning.
//
// The names are the closed list of PROTOCOL.md; the `error` member of an error
// header is always one of them. Layer: include.  Threads: constant data.
#ifndef SHINGLED_ERR_H
#define SHINGLED_ERR_H

// X(constant, name on the wire, status, text)
#define SHG_ERR_TABLE(X)                                                                           \
    X(SHG_OK, "ok", 200, "done")                                                                   \
    X(SHG_EHEADER, "bad_header", 400, "the header is not one JSON object")                         \
    X(SHG_EDEEP, "too_deep", 400, "the header is nested too deeply")                               \
    X(SHG_EOPTION, "bad_option", 400, "an option has a wrong type or value")                       \
    X(SHG_EFRAMES, "too_many_frames", 400, "the message has too many frames")                      \
    X(SHG_EBODY, "bad_body", 400, "body frames are missing or left over")                          \
    X(SHG_EBATCH, "bad_batch", 400, "the batch can't be taken apart into records")                 \
    X(SHG_EFORBIDDEN, "forbidden", 403, "this key may not do this")                                \
    X(SHG_ENOTFOUND, "not_found", 404, "no article is stored under this uri")                      \
    X(SHG_ENOSTREAM, "no_stream", 404, "no such stream is open: open it again")                    \
    X(SHG_ECONFLICT, "version_conflict", 409, "if_version is not the stored version")              \
    X(SHG_EORDER, "out_of_order", 409, "a batch before this one is missing")                       \
    X(SHG_ETEXTSIZE, "text_too_long", 413, "the text is over the limit")                           \
    X(SHG_EHEADERSIZE, "header_too_long", 413, "the header is over the limit")                     \
    X(SHG_EBATCHSIZE, "batch_too_long", 413, "the batch is over the limit")                        \
    X(SHG_EENCODING, "unknown_encoding", 415, "unknown encoding or format")                        \
    X(SHG_ENOURI, "missing_uri", 422, "the article has no uri")                                    \
    X(SHG_EURI, "bad_uri", 422, "the uri must have 1 to 2048 bytes and no control characters")     \
    X(SHG_EFIELD, "bad_field", 422, "a field of the record has a wrong type or value")             \
    X(SHG_EUTF8, "invalid_utf8", 422, "the text is not UTF-8")                                     \
    X(SHG_EBLANK, "blank_text", 422, "the text is empty or blank")                                 \
    X(SHG_EVERSION, "other_version", 426, "this protocol version is not spoken here")              \
    X(SHG_EBUSY, "overloaded", 429, "too many requests are waiting")                               \
    X(SHG_ECREDIT, "no_credit", 429, "more bytes under way than the stream's credit")              \
    X(SHG_ENOMEM, "no_memory", 500, "out of memory")                                               \
    X(SHG_EIO, "io_error", 500, "the store could not be read or written")                          \
    X(SHG_ECORRUPT, "corrupt", 500, "a stored value fails its checksum or makes no sense")         \
    X(SHG_EINTERNAL, "internal", 500, "an internal error")                                         \
    X(SHG_EFORMAT, "other_format", 500, "the store was written by another format or signature")    \
    X(SHG_EVERB, "unknown_verb", 501, "unknown verb")                                              \
    X(SHG_EDRAIN, "draining", 503, "the server is shutting down")                                  \
    X(SHG_EFULL, "disk_full", 507, "the disk or the map is full")

typedef enum shg_err {
#define X(constant, name, status, text) constant,
    SHG_ERR_TABLE(X)
#undef X
        SHG_ERR_COUNT
} shg_err;

// A result that must be looked at.
#if defined(__GNUC__)
#define SHG_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SHG_MUST_CHECK
#endif

// shg_err_name returns the wire name ("invalid_utf8"), shg_err_status the wire
// status (422), shg_err_text a sentence for people. Constants; never NULL.
const char *shg_err_name(shg_err e);
int shg_err_status(shg_err e);
const char *shg_err_text(shg_err e);

#endif
