#include "daemon.h"
#include "base/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_LEN = 512, LINE = 1024 };

static void become(char *const *argv, int out, const char *log)
{
    int err = open(log, O_CREAT | O_WRONLY | O_APPEND, 0644), null = open("/dev/null", O_RDONLY);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // it does not outlive us
    if (err < 0 || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(127);
    execv(argv[0], argv);
    _exit(127);
}

// The first endpoint of "ready listen=ENDPOINT ...".
static bool read_ready(served *d, int from)
{
    char line[LINE];
    FILE *f = fdopen(from, "r");
    bool is =
        f && fgets(line, sizeof line, f) && sscanf(line, "ready listen=%255s", d->endpoint) == 1;
    if (f)
        fclose(f);
    else
        close(from);
    return is;
}

bool daemon_start(served *d, char *const *argv, const char *log)
{
    int ends[2];
    int64_t from = clock_mono_ns();
    if (pipe2(ends, O_CLOEXEC))
        return false;
    d->pid = fork();
    if (d->pid == 0)
        become(argv, ends[1], log);
    close(ends[1]);
    if (d->pid > 0 && read_ready(d, ends[0])) {
        d->start_s = (double)(clock_mono_ns() - from) / 1e9;
        return true;
    }
    fprintf(stderr, "%s does not serve; see %s\n", argv[0], log);
    daemon_stop(d, SIGKILL);
    return false;
}

double daemon_stop(served *d, int signal)
{
    int64_t from = clock_mono_ns();
    if (d->pid <= 0)
        return 0;
    kill(d->pid, signal);
    waitpid(d->pid, NULL, 0);
    d->pid = 0;
    return (double)(clock_mono_ns() - from) / 1e9;
}

// The number after `key` in a file of /proc, or 0.
static double number_after(pid_t pid, const char *file, const char *key)
{
    char path[PATH_LEN], line[LINE];
    double value = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key))) {
            value = strtod(line + strlen(key), NULL);
            break;
        }
    if (f)
        fclose(f);
    return value;
}

// Fields 14 and 15 of a stat file, after the name in parentheses (proc(5)).
static double cpu_of(const char *path, char *name, size_t most)
{
    char line[LINE];
    FILE *f = fopen(path, "r");
    unsigned long user = 0, system = 0;
    const char *after = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    if (f)
        fclose(f);
    if (!after ||
        sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return 0;
    const char *open = strchr(line, '(');
    snprintf(name, most, "%.*s", (int)(after - open - 1), open + 1);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double bytes_in(const char *folder)
{
    double n = 0;
    struct stat s;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (!fstatat(dirfd(dir), e->d_name, &s, AT_SYMLINK_NOFOLLOW) && S_ISREG(s.st_mode))
            n += (double)s.st_blocks * 512;
    if (dir)
        closedir(dir);
    return n;
}

figures daemon_figures(pid_t pid, const char *data)
{
    char path[PATH_LEN], name[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return (figures){
        .cpu_s = cpu_of(path, name, sizeof name),
        .rss_bytes = number_after(pid, "status", "VmRSS:") * 1024,
        .anonymous_bytes = number_after(pid, "status", "RssAnon:") * 1024,
        .written_bytes = number_after(pid, "io", "wchar:"),
        .file_bytes = data ? bytes_in(data) : 0,
    };
}

void daemon_threads(pid_t pid)
{
    char path[PATH_LEN], name[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        snprintf(path, sizeof path, "/proc/%d/task/%.20s/stat", (int)pid, e->d_name);
        double s = e->d_name[0] == '.' ? 0 : cpu_of(path, name, sizeof name);
        if (s > 0)
            fprintf(stderr, "  thread %s %-16s %.2f s\n", e->d_name, name, s);
    }
    if (dir)
        closedir(dir);
}
