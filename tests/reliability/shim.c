/*
 * Stands between a program and the C library (LD_PRELOAD) and counts what it does to files below one folder: writes,
 * syncs, truncations, new names. At the k-th of them it ends the process, half of a write applied; or it answers with
 * an error, so many times; or it writes all of them down, for images of the disk after a power cut.
 *
 * Armed from within: shim_arm(), which a process calls for itself, usually after a fork.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, FAIL, RECORD };
enum { ALLOWED, REFUSED };

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char folder[PATH_MAX];
static size_t folder_length;
static int mode = OFF, failure, journal = -1;
static long at, lasts, seen;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void shim_arm(const char *below, int how, long first, long count, int error, int journal_fd) {
    pthread_mutex_lock(&lock);
    snprintf(folder, sizeof folder, "%s", below);
    folder_length = strlen(folder);
    at = first, lasts = count, failure = error, journal = journal_fd, seen = 0, mode = how;
    pthread_mutex_unlock(&lock);
}

long shim_seen(void) { return seen; }

static int is_watched(const char *path) {
    return mode != OFF && strncmp(path, folder, folder_length) == 0;
}

static int fd_watched(int fd, char *path) {
    char link[64];
    if (mode == OFF) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    /* The memory that copies of SQLite share is no part of what is kept. */
    return is_watched(path) && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

static int name_watched(int at_fd, const char *name, char *path) {
    char base[PATH_MAX] = "";
    if (mode == OFF) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        if (at_fd == AT_FDCWD ? getcwd(base, sizeof base) == NULL : !fd_watched(at_fd, base)) return 0;
        if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    size_t length = strlen(path);
    return is_watched(path) && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

/* Count one operation and say what becomes of it. */
static int next(int *is_last) {
    seen++;
    *is_last = mode == KILL && seen == at;
    if (mode == FAIL && seen >= at && seen < at + lasts) {
        errno = failure;
        return REFUSED;
    }
    return ALLOWED;
}

static void end(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

/* kind, three numbers, two texts or one text and the bytes: see power_cut.py, which reads them. */
static void note(char kind, int64_t inode, int64_t number, const char *path, const void *data, int64_t length) {
    if (mode != RECORD) return;
    int64_t head[4] = {inode, number, (int64_t)strlen(path), length};
    REAL(write)(journal, &kind, 1);
    REAL(write)(journal, head, sizeof head);
    REAL(write)(journal, path, head[2]);
    if (length) REAL(write)(journal, data, length);
}

/* Let the program itself put a text between the operations. */
void shim_mark(const char *text) {
    pthread_mutex_lock(&lock);
    note('A', 0, 0, text, NULL, 0);
    pthread_mutex_unlock(&lock);
}

static int64_t inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 ? (int64_t)found.st_ino : 0;
}

#define WATCHED(condition, otherwise) \
    char path[PATH_MAX]; \
    int is_last; \
    if (!(condition)) return otherwise; \
    pthread_mutex_lock(&lock); \
    if (next(&is_last) == REFUSED) { pthread_mutex_unlock(&lock); return -1; }

#define DONE(result) \
    do { int kept = errno; pthread_mutex_unlock(&lock); errno = kept; return result; } while (0)

static ssize_t write_at(int fd, const void *data, size_t size, off_t place, int is_placed) {
    WATCHED(fd_watched(fd, path), is_placed ? REAL(pwrite)(fd, data, size, place) : REAL(write)(fd, data, size));
    size_t wanted = is_last ? size / 2 : size;
    off_t start = place;
    if (!is_placed) {
        struct stat found;
        start = fcntl(fd, F_GETFL) & O_APPEND ? (fstat(fd, &found), found.st_size) : lseek(fd, 0, SEEK_CUR);
    }
    ssize_t written = is_placed ? REAL(pwrite)(fd, data, wanted, place) : REAL(write)(fd, data, wanted);
    if (is_last) end();
    if (written > 0) note('W', inode_of(fd), start, path, data, written);
    DONE(written);
}

ssize_t write(int fd, const void *data, size_t size) { return write_at(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t place) { return write_at(fd, data, size, place, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) { return write_at(fd, data, size, place, 1); }

#define SYNC(name) \
    int name(int fd) { \
        WATCHED(fd_watched(fd, path), REAL(name)(fd)); \
        if (is_last) end(); \
        struct stat found; \
        int is_folder = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode); \
        /* It is said to be done and not done: no power fails here, and a journal tells what would be on the disk. */ \
        note(is_folder ? 'D' : 'S', inode_of(fd), 0, path, NULL, 0); \
        DONE(0); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, type) \
    int name(int fd, type length) { \
        WATCHED(fd_watched(fd, path), REAL(name)(fd, length)); \
        if (is_last) end(); \
        int result = REAL(name)(fd, length); \
        if (result == 0) note('T', inode_of(fd), length, path, NULL, 0); \
        DONE(result); \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int remove_at(int at_fd, const char *name, int flags) {
    WATCHED(name_watched(at_fd, name, path), REAL(unlinkat)(at_fd, name, flags));
    if (is_last) end();
    int result = REAL(unlinkat)(at_fd, name, flags);
    if (result == 0) note('U', 0, 0, path, NULL, 0);
    DONE(result);
}

int unlink(const char *name) { return remove_at(AT_FDCWD, name, 0); }
int unlinkat(int at_fd, const char *name, int flags) { return remove_at(at_fd, name, flags); }

int mkdirat(int at_fd, const char *name, mode_t bits) {
    WATCHED(name_watched(at_fd, name, path), REAL(mkdirat)(at_fd, name, bits));
    if (is_last) end();
    int result = REAL(mkdirat)(at_fd, name, bits);
    if (result == 0) note('M', 0, 0, path, NULL, 0);
    DONE(result);
}

int mkdir(const char *name, mode_t bits) { return mkdirat(AT_FDCWD, name, bits); }

int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    char target[PATH_MAX];
    WATCHED(name_watched(to_fd, to, target) && name_watched(from_fd, from, path),
            REAL(renameat)(from_fd, from, to_fd, to));
    if (is_last) end();
    int result = REAL(renameat)(from_fd, from, to_fd, to);
    if (result == 0) note('R', 0, 0, path, target, (int64_t)strlen(target));
    DONE(result);
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    char target[PATH_MAX];
    WATCHED(name_watched(to_fd, to, target) && name_watched(from_fd, from, path),
            REAL(linkat)(from_fd, from, to_fd, to, flags));
    if (is_last) end();
    int result = REAL(linkat)(from_fd, from, to_fd, to, flags);
    if (result == 0) note('L', 0, 0, path, target, (int64_t)strlen(target));
    DONE(result);
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* Opening counts only where it makes a file; the C library's own variants all come down to this one. */
static int open_at(int at_fd, const char *name, int flags, mode_t bits) {
    struct stat found;
    WATCHED(flags & O_CREAT && name_watched(at_fd, name, path) && fstatat(at_fd, name, &found, AT_SYMLINK_NOFOLLOW) != 0,
            REAL(openat)(at_fd, name, flags, bits));
    if (is_last) end();
    int fd = REAL(openat)(at_fd, name, flags, bits);
    if (fd >= 0) note('C', inode_of(fd), 0, path, NULL, 0);
    DONE(fd);
}

#define BITS(flags) \
    mode_t bits = 0; \
    if (flags & O_CREAT) { va_list more; va_start(more, flags); bits = va_arg(more, mode_t); va_end(more); }

int open(const char *name, int flags, ...) { BITS(flags) return open_at(AT_FDCWD, name, flags, bits); }
int open64(const char *name, int flags, ...) { BITS(flags) return open_at(AT_FDCWD, name, flags | O_LARGEFILE, bits); }
int openat(int at_fd, const char *name, int flags, ...) { BITS(flags) return open_at(at_fd, name, flags, bits); }
int openat64(int at_fd, const char *name, int flags, ...) {
    BITS(flags) return open_at(at_fd, name, flags | O_LARGEFILE, bits);
}
