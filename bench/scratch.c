#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void scratch_make(char dir[SCRATCH_PATH], const char *in, const char *name)
{
    int len = snprintf(dir, SCRATCH_PATH, "%s/%s-XXXXXX", in, name);
    if (len < 0 || len >= SCRATCH_PATH || !mkdtemp(dir)) {
        perror(in);
        exit(1);
    }
}

void scratch_remove(const char *dir)
{
    char path[SCRATCH_PATH + 256];
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        unlink(path); // "." and ".." refuse
    }
    if (d)
        closedir(d);
    rmdir(dir);
}
