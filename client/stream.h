// stream.h - the bytes of a file, plain, gzip or zstd, a piece at a time.
//
// What a file is compressed with is told by its first bytes, not by its name. Several
// members or frames one after another read as one.
// Layer: CLI.  May include: base, zlib, libzstd.  Threads: one.
#ifndef SHINGLED_STREAM_H
#define SHINGLED_STREAM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct stream stream;

// stream_open opens a path ("-" is standard input). false, with *out NULL and a reason
// in why, where it can't be opened or is a directory.
bool stream_open(stream **out, const char *path, char *why, size_t why_len);

enum { STREAM_BROKEN = -1, STREAM_LATER = -2 };

// stream_read fills p with up to cap bytes: how many, 0 at the end, STREAM_BROKEN where the
// file can't be read or its compression is damaged or cut off (stream_why says which),
// STREAM_LATER where nothing came within the patience or a signal handler ran.
ssize_t stream_read(stream *s, uint8_t *p, size_t cap);

// stream_set_patience: how long a read waits for a slow writer (a pipe); -1, for ever, at first.
void stream_set_patience(stream *s, int ms);

const char *stream_why(const stream *s); // "" without a failure

// stream_taken is how many bytes of the file itself were used up, stream_size how many
// it has (0 where that is not known: a pipe).
uint64_t stream_taken(const stream *s);
uint64_t stream_size(const stream *s);

void stream_close(stream **s);

#endif
