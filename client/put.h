// put.h - the parts of `shingle put`: what is read, what is in flight, what became of it.
//
// Invariants of the window:
//  1. Two records with one uri are never in flight together, so the last one in the input wins.
//  2. While a record waits to be sent again (429, 503, a lost connection) no new one is sent,
//     and waiting ones go out again in the order of the input.
//  3. A record leaves its slot when it was acknowledged, refused or given up: exactly once
//     counted, and named unless acknowledged.
// Layer: CLI.  Threads: one.
#ifndef SHINGLED_PUT_H
#define SHINGLED_PUT_H
#include "cli.h"
#include "progress.h"
#include "records.h"

enum { WINDOW_MOST = 64 };

typedef enum slot_state { SLOT_FREE, SLOT_FLYING, SLOT_WAITING } slot_state;

typedef struct slot {
    slot_state state;
    uint64_t tag, order;
    record rec;
    const char *path;
    char *header; // as it is sent
    unsigned lost, retries;
    int64_t due_ns;
} slot;

typedef struct put_options {
    const char *uri, *headline, *publisher, *published, *by, *language, *format, *durability;
    const char *stream;
    bool dry_run, verbose, quiet;
    long window;
} put_options;

typedef struct counts {
    uint64_t read, fresh, updated, unchanged, accepted, blind, refused, warned, retried, bytes;
} counts;

typedef struct put {
    cli *c;
    put_options o;
    slot slots[WINDOW_MOST];
    size_t window, n_used, n_waiting, bytes;
    uint64_t order;
    char **paths;
    int n_paths, at_path;
    records *in;
    records_format format;
    record next; // read and not yet sent
    bool have_next;
    const char *last_path; // of the last record that was sent
    uint64_t last_line;
    counts n;
    char warning[160]; // the first one, in words
    unsigned full_in_a_row;
    int code;     // the exit status so far
    bool ending;  // nothing new is read any more
    bool starved; // the writer of the input is slow
    int64_t last_answer_ns, stop_ns;
    progress bar;
} put;

// put_next reads on until p->next holds a record to send; records that can't be sent are
// refused on the way. false at the end of all input, and where it must be waited for more
// of it (p->starved).
bool put_next(put *p);

// put_refused names a refused record on stderr, counts it, and with --json prints answer
// (the error header; it is given what its reader needs to find the record).
void put_refused(put *p, const char *path, const record *r, int status, json_t *answer);

// put_window sends and receives until everything is answered, or it must stop: p->code.
void put_window(put *p);

// put_stream does the same by batches, in a stream of its own or of the name in p->o.stream, which
// goes on where an earlier run was stopped. false: the server has no streams, nothing was done.
bool put_stream(put *p);

// put_header is a record's header as it is sent, with a bound; owned by the caller.
char *put_header(json_t *header);

// put_out_of_time tells, and says, that no answer has come for too long.
bool put_out_of_time(put *p);

// put_alone stores one record by itself: it is too long for a batch. false: the server is gone.
bool put_alone(put *p, const char *path, record *r);

// put_drop frees what is still in the window.
void put_drop(put *p);

// put_first_open is the first record in the order of the input that was not answered.
const slot *put_first_open(const put *p);

void put_worse(put *p, int code); // raises the exit status
void put_show_progress(put *p);
int put_interrupts(void); // Ctrl-C and SIGTERM so far

#endif
