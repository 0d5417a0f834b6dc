#include "conf.h"
#include "shingled/wire.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef enum conf_type { TEXT, NUMBER, SEED, LISTEN, PULL, FLAG, LATER } conf_type;

typedef struct setting {
    const char *name;
    conf_type type;
    size_t offset; // in conf
    uint64_t least, most, preset;
    const char *arg, *doc;
} setting;

#define AT(member) offsetof(conf, member)

static const setting settings[] = {
    {"data", TEXT, AT(data), 0, 0, 0, "DIR", "the store; made if it is not there (needed)"},
    {"listen", LISTEN, 0, 0, 0, 0, "ENDPOINT",
     "where to serve; may stand more than once; * as port takes a free one (" SHG_DEFAULT_ENDPOINT
     ")"},
    {"pull", PULL, AT(pull), 0, 0, 0, "ENDPOINT",
     "where to take PUT and PUTS without answering, from PUSH sockets (none)"},
    {"sources", TEXT, AT(sources), 0, 0, 0, "FILE",
     "further news sources, added to the built-in table"},
    {"workers", NUMBER, AT(workers), 1, 64, 2, "N", "threads that read and answer"},
    {"map-mib", NUMBER, AT(map_mib), 16, 1u << 27, 0, "MIB",
     "most that the store may grow to (0: 1 TiB, or what the machine can map)"},
    {"keep-days", NUMBER, AT(keep_days), 1, 1 << 16, 0, "N",
     "let go of articles published, or if that is unknown stored, longer ago (0: keep all)"},
    {"keep-mib", NUMBER, AT(keep_mib), 16, 1u << 27, 0, "MIB",
     "room for the store's file: the oldest articles are let go in time (0: no limit)"},
    {"cache-mib", NUMBER, AT(cache_mib), 1, 1 << 20, 32, "MIB", "RAM for articles read last"},
    {"seal-docs", NUMBER, AT(seal_docs), 16, 1 << 20, 0, "N",
     "articles in the segment in RAM (0: 32768, fewer in a small --keep-mib)"},
    {"seed", SEED, AT(seed), 0, 0, 0, "HEX",
     "secret of a new store; drawn at random unless given (for tests)"},
    {"log", TEXT, AT(log), 0, 0, 0, "LEVEL", "debug, info, warn or error (info)"},
    {"config", TEXT, AT(config), 0, 0, 0, "FILE", "read settings from here; the command line wins"},
    {"check-config", FLAG, AT(check_config), 0, 0, 0, NULL,
     "show every setting with its value, and stop"},
    {"check", FLAG, AT(check), 0, 0, 0, NULL,
     "prove the store consistent, and stop; the daemon must not run on it"},
    {"help", FLAG, AT(help), 0, 0, 0, NULL, "this text"},
    {"version", FLAG, AT(version), 0, 0, 0, NULL, "the version"},
    {"events", LATER, 0, 0, 0, 0, "ENDPOINT", NULL},
    {"http", LATER, 0, 0, 0, 0, "ADDR:PORT", NULL},
    {"backup", LATER, 0, 0, 0, 0, "DIR", NULL},
};

enum { N_SETTINGS = sizeof settings / sizeof *settings };

// Where a value comes from, for messages, and what was set already.
typedef struct origin {
    const char *file; // NULL: the command line
    int line;
    const bool *fixed; // [N_SETTINGS] settings that the command line has taken
    bool *seen;
} origin;

static shg_err fault(char *why, size_t why_len, const origin *o, const char *name, const char *what)
{
    if (o->file)
        snprintf(why, why_len, "%s:%d: %s: %s", o->file, o->line, name, what);
    else
        snprintf(why, why_len, "--%s: %s", name, what);
    return SHG_EOPTION;
}

static const setting *find(const char *name, size_t len)
{
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (strlen(settings[i].name) == len && !strncmp(settings[i].name, name, len))
            return &settings[i];
    return NULL;
}

static bool read_number(const char *text, int base, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, base);
    return isxdigit((unsigned char)*text) && !*end && !errno;
}

static shg_err set_number(void *at, const setting *s, const char *value, char *why, size_t why_len,
                          const origin *o)
{
    uint64_t v;
    char what[128];
    bool zero_is_default = s->preset == 0;
    if (read_number(value, 10, &v) &&
        ((v >= s->least && v <= s->most) || (v == 0 && zero_is_default))) {
        *(uint64_t *)at = v;
        return SHG_OK;
    }
    snprintf(what, sizeof what, "\"%.40s\" is no number from %llu to %llu%s", value,
             (unsigned long long)s->least, (unsigned long long)s->most,
             zero_is_default ? ", or 0" : "");
    return fault(why, why_len, o, s->name, what);
}

static shg_err set_text(char **at, const char *value)
{
    free(*at);
    *at = strdup(value);
    return *at ? SHG_OK : SHG_ENOMEM;
}

static shg_err check_endpoint(const char *value, const char *name, char *why, size_t why_len,
                              const origin *o)
{
    const char *port = strrchr(value, ':');
    if (!strstr(value, "://"))
        return fault(why, why_len, o, name, "give an endpoint such as tcp://127.0.0.1:7464");
    if (!strncmp(value, "tcp://", 6) &&
        (!isdigit((unsigned char)port[1]) || atol(port + 1) > 65535) && strcmp(port, ":*"))
        return fault(why, why_len, o, name, "the port must be * or a number up to 65535");
    return SHG_OK;
}

static shg_err add_listen(conf *c, const char *value, char *why, size_t why_len, const origin *o)
{
    if (c->n_listen == CONF_LISTEN_MAX)
        return fault(why, why_len, o, "listen", "too many endpoints");
    if (check_endpoint(value, "listen", why, why_len, o))
        return SHG_EOPTION;
    c->listen[c->n_listen] = strdup(value);
    return c->listen[c->n_listen] ? (c->n_listen++, SHG_OK) : SHG_ENOMEM;
}

static shg_err set(conf *c, const setting *s, const char *value, char *why, size_t why_len,
                   const origin *o)
{
    void *at = (char *)c + s->offset;
    if (o->fixed && o->fixed[s - settings])
        return SHG_OK;
    o->seen[s - settings] = true;
    switch (s->type) {
    case TEXT:
        return set_text(at, value);
    case NUMBER:
        return set_number(at, s, value, why, why_len, o);
    case SEED:
        if (read_number(value, 16, at) && c->seed)
            return SHG_OK;
        return fault(why, why_len, o, s->name, "give a hexadecimal number other than 0");
    case LISTEN:
        return add_listen(c, value, why, why_len, o);
    case PULL:
        if (check_endpoint(value, s->name, why, why_len, o))
            return SHG_EOPTION;
        return set_text(at, value);
    case FLAG:
        *(bool *)at = true;
        return SHG_OK;
    case LATER:
        return fault(why, why_len, o, s->name, "not in this release");
    }
    return SHG_EINTERNAL;
}

static shg_err read_arguments(conf *c, int argc, char **argv, bool *seen, char *why, size_t why_len)
{
    origin o = {.seen = seen};
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *value = NULL;
        const setting *s = NULL;
        if (!strncmp(arg, "--", 2)) {
            const char *equals = strchr(arg, '=');
            s = find(arg + 2, equals ? (size_t)(equals - arg - 2) : strlen(arg + 2));
            value = equals ? equals + 1 : NULL;
        } else if (!strcmp(arg, "-h")) {
            s = find("help", 4);
        }
        if (!s) {
            snprintf(why, why_len, "%s: unknown option; --help lists them", arg);
            return SHG_EOPTION;
        }
        if (s->type == FLAG && value)
            return fault(why, why_len, &o, s->name, "takes no value");
        if (s->type != FLAG && !value && !(value = argv[++i]))
            return fault(why, why_len, &o, s->name, "needs a value");
        shg_err e = set(c, s, value, why, why_len, &o);
        if (e)
            return e;
    }
    return SHG_OK;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        s[--n] = 0;
    return s;
}

static shg_err read_line(conf *c, char *line, const origin *o, char *why, size_t why_len)
{
    char *name = trim(line), *equals = strchr(name, '=');
    if (!*name || *name == '#')
        return SHG_OK;
    if (!equals)
        return fault(why, why_len, o, name, "write name = value");
    *equals = 0;
    name = trim(name);
    const setting *s = find(name, strlen(name));
    if (!s || s->type == FLAG || !strcmp(s->name, "config"))
        return fault(why, why_len, o, name, "no such setting in a file");
    return set(c, s, trim(equals + 1), why, why_len, o);
}

static shg_err read_file(conf *c, const bool *fixed, char *why, size_t why_len)
{
    bool seen[N_SETTINGS] = {0};
    origin o = {.file = c->config, .fixed = fixed, .seen = seen};
    FILE *f = fopen(c->config, "re");
    if (!f) {
        snprintf(why, why_len, "%s: %s", c->config, strerror(errno));
        return SHG_EIO;
    }
    char *line = NULL;
    size_t room = 0;
    shg_err e = SHG_OK;
    while (!e && getline(&line, &room, f) >= 0) {
        o.line++;
        e = read_line(c, line, &o, why, why_len);
    }
    if (!e && ferror(f)) {
        snprintf(why, why_len, "%s: %s", c->config, strerror(errno));
        e = SHG_EIO;
    }
    free(line);
    fclose(f);
    return e;
}

static shg_err complete(conf *c, char *why, size_t why_len)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    if (!c->n_listen && !(c->listen[c->n_listen++] = strdup(SHG_DEFAULT_ENDPOINT)))
        return SHG_ENOMEM;
    c->log_level = LOG_INFO;
    if (c->log) {
        int i = 0;
        while (i < 4 && strcmp(c->log, levels[i]))
            i++;
        if (i == 4) {
            snprintf(why, why_len, "log: \"%.40s\" is none of debug, info, warn, error", c->log);
            return SHG_EOPTION;
        }
        c->log_level = (log_level)i;
    }
    if (!c->data && !c->check_config) {
        snprintf(why, why_len, "--data DIR is needed: where the store is or shall be");
        return SHG_EOPTION;
    }
    return SHG_OK;
}

shg_err conf_read(conf *c, int argc, char **argv, char *why, size_t why_len)
{
    bool fixed[N_SETTINGS] = {0};
    *c = (conf){0};
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (settings[i].type == NUMBER)
            *(uint64_t *)((char *)c + settings[i].offset) = settings[i].preset;
    shg_err e = read_arguments(c, argc, argv, fixed, why, why_len);
    if (!e && (c->help || c->version))
        return SHG_OK;
    if (!e && c->config)
        e = read_file(c, fixed, why, why_len);
    if (!e)
        e = complete(c, why, why_len);
    if (e == SHG_ENOMEM)
        snprintf(why, why_len, "out of memory");
    return e;
}

void conf_free(conf *c)
{
    free(c->data);
    free(c->config);
    free(c->sources);
    free(c->pull);
    free(c->log);
    for (size_t i = 0; i < c->n_listen; i++)
        free((char *)c->listen[i]);
    *c = (conf){0};
}

void conf_help(FILE *to)
{
    fputs("usage: shingled --data DIR [--name VALUE]...\n"
          "Detects near-duplicates and syndication among the articles that crawlers send it over "
          "ZeroMQ.\n\n",
          to);
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const setting *s = &settings[i];
        if (s->type == LATER)
            continue;
        int n = fprintf(to, "  --%s%s%s", s->name, s->arg ? " " : "", s->arg ? s->arg : "");
        fprintf(to, "%*s%s", n < 24 ? 24 - n : 1, "", s->doc);
        if (s->type == NUMBER && s->preset)
            fprintf(to, " (%llu)", (unsigned long long)s->preset);
        fputc('\n', to);
    }
    fputs("\nIt prints one line, \"ready listen=ENDPOINT\", when it serves; SIGTERM ends it "
          "cleanly.\n"
          "exit status: 0 done, 1 a fault in the store (--check), 2 usage, 3 it could not serve\n",
          to);
}

void conf_show(const conf *c, FILE *to)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const setting *s = &settings[i];
        const void *at = (const char *)c + s->offset;
        if (!strcmp(s->name, "log"))
            fprintf(to, "log = %s\n", c->log ? c->log : "info");
        else if ((s->type == TEXT || s->type == PULL) && strcmp(s->name, "config"))
            fprintf(to, "%s = %s\n", s->name, *(char *const *)at ? *(char *const *)at : "");
        else if (s->type == NUMBER)
            fprintf(to, "%s = %llu\n", s->name, (unsigned long long)*(const uint64_t *)at);
        else if (s->type == SEED)
            fprintf(to, "%s = %s\n", s->name,
                    c->seed ? "(given)" : "(random for a new store, else the stored one)");
    }
    for (size_t i = 0; i < c->n_listen; i++)
        fprintf(to, "listen = %s\n", c->listen[i]);
}
