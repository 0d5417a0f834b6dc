// conf.h - every setting of shingled in one table: on the command line as --name VALUE, in a
// file as name = value.
#ifndef SHINGLED_CONF_H
#define SHINGLED_CONF_H
#include "base/log.h"
#include "shingled/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CONF_LISTEN_MAX = 16 };

typedef struct conf {
    char *data, *config, *sources, *pull;
    const char *listen[CONF_LISTEN_MAX]; // owned
    size_t n_listen;
    uint64_t map_mib, cache_mib, seed;
    uint64_t workers, seal_docs;
    uint64_t keep_days, keep_mib;
    char *log;
    log_level log_level;
    bool check, check_config, help, version;
} conf;

// conf_read takes the command line, then the file it names; the command line wins. On failure why
// (of why_len bytes) names what is wrong and where. conf_free after either.
SHG_MUST_CHECK shg_err conf_read(conf *c, int argc, char **argv, char *why, size_t why_len);
void conf_free(conf *c);

void conf_help(FILE *to);                // --help
void conf_show(const conf *c, FILE *to); // --check-config: every setting and its value

#endif
