// daemon.h - a shingled of our own: started, watched from outside, ended.
// Threads: one thread at a time.
#ifndef SHINGLED_BENCH_DAEMON_H
#define SHINGLED_BENCH_DAEMON_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct served {
    pid_t pid; // 0: not ours, or not running
    char endpoint[256];
    double start_s; // from the start of the process to its ready line
} served;

// What the kernel says of a process, and of its files.
typedef struct figures {
    double cpu_s; // user and system, all threads
    double rss_bytes, anonymous_bytes;
    double written_bytes; // by write calls; the sockets' bytes do not count
    double file_bytes;    // of all files in the data directory, as allocated
} figures;

// daemon_start runs argv (its first string is the program; NULL ends it) with standard error
// going to `log`, and waits for the ready line; false, with a sentence on stderr, if it does not
// come.
bool daemon_start(served *d, char *const *argv, const char *log);

// daemon_stop sends the signal, waits for the end, and returns the seconds that took.
double daemon_stop(served *d, int signal);

// daemon_figures reads what /proc says of pid; zeros where it says nothing.
figures daemon_figures(pid_t pid, const char *data);

// daemon_threads prints the CPU time of each thread to stderr.
void daemon_threads(pid_t pid);

#endif
