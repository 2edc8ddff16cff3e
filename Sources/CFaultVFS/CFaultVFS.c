#include "CFaultVFS.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define PATH_LIMIT 1024

/* The durable state of one file, as the difference to what the file now holds. */
typedef struct tracked {
    char path[PATH_LIMIT];
    int kind;
    int64_t durable_size;
    int64_t cut_to_size;        /* the smallest size the file was truncated to since its last sync; -1 = it was not */
    int64_t sectors;            /* length of the two tables */
    unsigned char **before;     /* durable content of each sector changed since; NULL = unchanged */
    unsigned char *lost;        /* 1 = a failed sync marked the sector clean though it is not durable */
    struct scope *scope;
    struct tracked *next;
} tracked;

typedef struct scope {
    char folder[PATH_LIMIT];
    faultvfs_counts counts;
    int fault, fault_kind, fault_sticky;
    int64_t fault_after;
    int cut_armed, cut_mode, cut_state, cut_stays_off, cut_at_sync;
    int is_off;                 /* 1 = the power was cut and stays off: nothing is done any more */
    int64_t cut_after;
    uint64_t cut_seed;
    char cut_to[PATH_LIMIT];
    tracked *files;
    struct scope *next;
} scope;

typedef struct shim_file {
    sqlite3_file base;
    tracked *state;             /* NULL = not watched */
    sqlite3_file *real;
} shim_file;

static pthread_mutex_t mutex;
static pthread_once_t mutex_once = PTHREAD_ONCE_INIT;
static sqlite3_vfs *unix_vfs;
static sqlite3_vfs shim_vfs;
static scope *scopes;

static void make_mutex(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
}

static void lock(void) {
    pthread_once(&mutex_once, make_mutex);
    pthread_mutex_lock(&mutex);
}

static void unlock(void) { pthread_mutex_unlock(&mutex); }

/* ---- what is known of files ---- */

static scope *scope_named(const char *folder) {
    for (scope *s = scopes; s; s = s->next)
        if (strcmp(s->folder, folder) == 0) return s;
    return NULL;
}

static scope *scope_of_path(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return NULL;
    size_t length = (size_t)(slash - path);
    for (scope *s = scopes; s; s = s->next)
        if (strlen(s->folder) == length && memcmp(s->folder, path, length) == 0) return s;
    return NULL;
}

static int64_t size_of(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static tracked *tracked_at(const char *path, int kind) {
    scope *s = scope_of_path(path);
    if (!s || strlen(path) >= PATH_LIMIT) return NULL;
    for (tracked *t = s->files; t; t = t->next)
        if (strcmp(t->path, path) == 0) return t;
    tracked *t = calloc(1, sizeof *t);
    strcpy(t->path, path);
    t->kind = kind;
    t->durable_size = size_of(path);
    t->cut_to_size = -1;
    t->scope = s;
    t->next = s->files;
    s->files = t;
    return t;
}

static void become_durable(tracked *t, int64_t size) {
    for (int64_t i = 0; i < t->sectors; i++) {
        if (!t->before[i] || t->lost[i]) continue;
        free(t->before[i]);
        t->before[i] = NULL;
    }
    t->durable_size = size;
    t->cut_to_size = -1;
}

static void forget_content(tracked *t) {
    for (int64_t i = 0; i < t->sectors; i++) free(t->before[i]);
    free(t->before);
    free(t->lost);
    t->before = NULL;
    t->lost = NULL;
    t->sectors = 0;
    t->durable_size = 0;
    t->cut_to_size = -1;
}

/* Keeps the durable content of the sectors [from, to) before they change. */
static void keep_before(shim_file *f, int64_t from, int64_t to) {
    tracked *t = f->state;
    if (to <= from) return;
    int64_t first = from / SECTOR, last = (to - 1) / SECTOR;
    if (last >= t->sectors) {
        int64_t count = (last + 1) * 2;
        t->before = realloc(t->before, (size_t)count * sizeof *t->before);
        t->lost = realloc(t->lost, (size_t)count);
        memset(t->before + t->sectors, 0, (size_t)(count - t->sectors) * sizeof *t->before);
        memset(t->lost + t->sectors, 0, (size_t)(count - t->sectors));
        t->sectors = count;
    }
    for (int64_t i = first; i <= last; i++) {
        t->lost[i] = 0;
        if (t->before[i]) continue;
        t->before[i] = calloc(1, SECTOR);
        if (i * SECTOR < t->durable_size) /* a short read fills with zeros */
            f->real->pMethods->xRead(f->real, t->before[i], SECTOR, i * SECTOR);
    }
}

/* ---- power cuts ---- */

static uint64_t next_random(uint64_t *state) { /* SplitMix64 */
    uint64_t z = (*state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/* Decides which bytes of a sector survive: its first `kept` bytes are new, the rest is old. */
static int bytes_kept(int mode, int lost, uint64_t *random) {
    uint64_t roll = next_random(random);
    if (mode == FAULTVFS_KEEP_ALL && !lost) return SECTOR;
    if (mode == FAULTVFS_KEEP_NONE || lost || (roll & 1)) return 0;
    if (mode == FAULTVFS_KEEP_TORN && (roll & 2)) return (int)((roll >> 8) % SECTOR);
    return SECTOR;
}

static int write_image(tracked *t, const char *to, int mode, uint64_t seed) {
    char path[PATH_LIMIT * 2];
    const char *name = strrchr(t->path, '/');
    snprintf(path, sizeof path, "%s%s", to, name);
    FILE *in = fopen(t->path, "rb");
    if (!in) return errno == ENOENT ? 0 : errno;
    fseek(in, 0, SEEK_END);
    int64_t size = ftell(in), room = (size > t->durable_size ? size : t->durable_size) + SECTOR;
    rewind(in);
    unsigned char *bytes = calloc(1, (size_t)room);
    size_t got = fread(bytes, 1, (size_t)size, in);
    fclose(in);
    if ((int64_t)got != size) { free(bytes); return EIO; }

    uint64_t random = seed;
    int64_t end = t->durable_size;
    /* A truncation is one change of metadata: it is kept or lost as a whole, and what was written into the cut part
     * afterwards is lost with it. */
    int truncated = t->cut_to_size >= 0;
    int truncation_kept = truncated && mode != FAULTVFS_KEEP_NONE
        && (mode == FAULTVFS_KEEP_ALL || (next_random(&random) & 1));
    if (truncation_kept && t->cut_to_size < end) end = t->cut_to_size;
    for (int64_t i = 0; i < t->sectors && i * SECTOR < room; i++) {
        if (!t->before[i]) continue;
        int kept = bytes_kept(mode, t->lost[i], &random);
        int64_t start = i * SECTOR, length = room - start < SECTOR ? room - start : SECTOR;
        int in_cut_part = truncated && start >= t->cut_to_size;
        if (in_cut_part && !truncation_kept) kept = 0;
        if (kept < length && in_cut_part && truncation_kept)
            memset(bytes + start + kept, 0, (size_t)(length - kept));
        else if (kept < length)
            memcpy(bytes + start + kept, t->before[i] + kept, (size_t)(length - kept));
        int64_t last = start + kept < size ? start + kept : size;
        if (kept && last > end) end = last;
    }
    FILE *out = fopen(path, "wb");
    int failed = out ? 0 : errno;
    if (out && fwrite(bytes, 1, (size_t)end, out) != (size_t)end) failed = EIO;
    if (out) fclose(out);
    free(bytes);
    return failed;
}

static int write_images(scope *s, const char *to, int mode, uint64_t seed) {
    int failed = 0, index = 0;
    for (tracked *t = s->files; t && !failed; t = t->next)
        failed = write_image(t, to, mode, seed + (uint64_t)(index++) * 7919);
    return failed;
}

/* ---- faults ---- */

enum { OPERATION_WRITE, OPERATION_SYNC, OPERATION_OTHER };

static int fault_concerns(scope *s, int operation, int kind) {
    if (s->fault_kind != FAULTVFS_ANY && s->fault_kind != kind) return 0;
    switch (s->fault) {
    case FAULTVFS_FULL:
    case FAULTVFS_WRITE_ERROR: return operation == OPERATION_WRITE;
    case FAULTVFS_SYNC_ERROR: return operation == OPERATION_SYNC;
    case FAULTVFS_KILL: return 1;
    default: return 0;
    }
}

/* The power goes: what is left of the files is written, and from here on nothing reaches them if it stays off. */
static void cut(scope *s) {
    int failed = write_images(s, s->cut_to, s->cut_mode, s->cut_seed);
    s->cut_state = failed ? -failed : 1;
    s->cut_armed = 0;
    s->is_off = s->cut_stays_off;
}

/* Counts an operation about to happen; returns the result code it shall fail with, or SQLITE_OK. */
static int before_operation(scope *s, int operation, int kind) {
    s->counts.operations++;
    if (s->cut_armed && s->cut_after-- <= 0 && (operation == OPERATION_SYNC || !s->cut_at_sync)) cut(s);
    if (s->is_off) return SQLITE_IOERR;
    if (!fault_concerns(s, operation, kind)) return SQLITE_OK;
    if (s->fault_after > 0) { s->fault_after--; return SQLITE_OK; }
    int fault = s->fault;
    if (!s->fault_sticky) s->fault = FAULTVFS_NO_FAULT;
    switch (fault) {
    case FAULTVFS_FULL: return SQLITE_FULL;
    case FAULTVFS_WRITE_ERROR: return SQLITE_IOERR_WRITE;
    case FAULTVFS_SYNC_ERROR: return SQLITE_IOERR_FSYNC;
    default: kill(getpid(), SIGKILL); return SQLITE_IOERR;
    }
}

/* ---- file methods ---- */

#define REAL(f) (((shim_file *)(f))->real)
#define PASS(f, method, ...) (REAL(f)->pMethods->method(REAL(f), ##__VA_ARGS__))

static int shim_close(sqlite3_file *f) { return PASS(f, xClose); }
static int shim_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { return PASS(f, xRead, to, n, at); }
static int shim_size(sqlite3_file *f, sqlite3_int64 *size) { return PASS(f, xFileSize, size); }
static int shim_lock(sqlite3_file *f, int level) { return PASS(f, xLock, level); }
static int shim_unlock(sqlite3_file *f, int level) { return PASS(f, xUnlock, level); }
static int shim_reserved(sqlite3_file *f, int *out) { return PASS(f, xCheckReservedLock, out); }
static int shim_control(sqlite3_file *f, int op, void *arg) { return PASS(f, xFileControl, op, arg); }
static int shim_sector(sqlite3_file *f) { return PASS(f, xSectorSize); }
static int shim_device(sqlite3_file *f) { return PASS(f, xDeviceCharacteristics); }
static int shim_shm_lock(sqlite3_file *f, int at, int n, int flags) { return PASS(f, xShmLock, at, n, flags); }
static void shim_shm_barrier(sqlite3_file *f) { PASS(f, xShmBarrier); }
static int shim_shm_unmap(sqlite3_file *f, int remove) { return PASS(f, xShmUnmap, remove); }
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return PASS(f, xShmMap, page, size, extend, out);
}

static int shim_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at) {
    shim_file *f = (shim_file *)file;
    if (!f->state) return PASS(file, xWrite, from, n, at);
    lock();
    tracked *t = f->state;
    t->scope->counts.writes[t->kind]++;
    int result = before_operation(t->scope, OPERATION_WRITE, t->kind);
    if (result == SQLITE_OK) {
        keep_before(f, at, at + n);
        result = PASS(file, xWrite, from, n, at);
    }
    unlock();
    return result;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size) {
    shim_file *f = (shim_file *)file;
    if (!f->state) return PASS(file, xTruncate, size);
    lock();
    tracked *t = f->state;
    int result = before_operation(t->scope, OPERATION_OTHER, t->kind);
    if (result == SQLITE_OK) {
        sqlite3_int64 now = 0;
        PASS(file, xFileSize, &now);
        keep_before(f, size, now);
        result = PASS(file, xTruncate, size);
        if (result == SQLITE_OK && (t->cut_to_size < 0 || size < t->cut_to_size)) t->cut_to_size = size;
    }
    unlock();
    return result;
}

static int shim_sync(sqlite3_file *file, int flags) {
    shim_file *f = (shim_file *)file;
    if (!f->state) return PASS(file, xSync, flags);
    lock();
    tracked *t = f->state;
    t->scope->counts.syncs[t->kind]++;
    int result = before_operation(t->scope, OPERATION_SYNC, t->kind);
    if (result == SQLITE_OK) result = PASS(file, xSync, flags);
    if (result == SQLITE_OK) {
        sqlite3_int64 size = 0;
        PASS(file, xFileSize, &size);
        become_durable(t, size);
    } else {
        for (int64_t i = 0; i < t->sectors; i++) t->lost[i] = t->before[i] != NULL;
    }
    unlock();
    return result;
}

static const sqlite3_io_methods shim_methods = {
    2, /* no xFetch: nothing bypasses xWrite and xRead */
    shim_close, shim_read, shim_write, shim_truncate, shim_sync, shim_size, shim_lock, shim_unlock, shim_reserved,
    shim_control, shim_sector, shim_device, shim_shm_map, shim_shm_lock, shim_shm_barrier, shim_shm_unmap,
    NULL, NULL
};

/* ---- the VFS ---- */

static int kind_of(int flags) {
    if (flags & SQLITE_OPEN_MAIN_DB) return FAULTVFS_DATABASE;
    if (flags & SQLITE_OPEN_WAL) return FAULTVFS_WAL;
    if (flags & SQLITE_OPEN_MAIN_JOURNAL) return FAULTVFS_JOURNAL;
    return FAULTVFS_ANY;
}

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    shim_file *f = (shim_file *)file;
    f->base.pMethods = NULL;
    f->state = NULL;
    f->real = (sqlite3_file *)&f[1];
    int result = unix_vfs->xOpen(unix_vfs, name, f->real, flags, out);
    if (result != SQLITE_OK) return result;
    f->base.pMethods = &shim_methods;
    if (name && kind_of(flags) != FAULTVFS_ANY) {
        lock();
        f->state = tracked_at(name, kind_of(flags));
        unlock();
    }
    return SQLITE_OK;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    (void)vfs;
    lock();
    scope *s = scope_of_path(name);
    int result = s ? before_operation(s, OPERATION_OTHER, FAULTVFS_ANY) : SQLITE_OK;
    if (result == SQLITE_OK) result = unix_vfs->xDelete(unix_vfs, name, sync_folder);
    if (s && result == SQLITE_OK)
        for (tracked *t = s->files; t; t = t->next)
            if (strcmp(t->path, name) == 0) forget_content(t);
    unlock();
    return result;
}

static int register_shim(void) {
    if (unix_vfs) return SQLITE_OK;
    int result = sqlite3_initialize();
    if (result != SQLITE_OK) return result;
    unix_vfs = sqlite3_vfs_find("unix");
    if (!unix_vfs) return SQLITE_ERROR;
    shim_vfs = *unix_vfs; /* all else is the unix VFS's own */
    shim_vfs.zName = "fault";
    shim_vfs.szOsFile = (int)sizeof(shim_file) + unix_vfs->szOsFile;
    shim_vfs.pNext = NULL;
    shim_vfs.xOpen = shim_open;
    shim_vfs.xDelete = shim_delete;
    return sqlite3_vfs_register(&shim_vfs, 1);
}

/* ---- what tests call ---- */

int faultvfs_watch(const char *folder) {
    if (strlen(folder) >= PATH_LIMIT) return SQLITE_CANTOPEN;
    lock();
    int result = register_shim();
    if (result == SQLITE_OK && !scope_named(folder)) {
        scope *s = calloc(1, sizeof *s);
        strcpy(s->folder, folder);
        s->next = scopes;
        scopes = s;
    }
    unlock();
    return result;
}

void faultvfs_forget(const char *folder) {
    lock();
    for (scope **link = &scopes; *link; link = &(*link)->next) {
        scope *s = *link;
        if (strcmp(s->folder, folder) != 0) continue;
        *link = s->next;
        for (tracked *t = s->files, *next; t; t = next) {
            next = t->next;
            forget_content(t);
            free(t);
        }
        free(s);
        break;
    }
    unlock();
}

faultvfs_counts faultvfs_read_counts(const char *folder) {
    faultvfs_counts counts;
    memset(&counts, 0, sizeof counts);
    lock();
    scope *s = scope_named(folder);
    if (s) counts = s->counts;
    unlock();
    return counts;
}

int faultvfs_power_cut_image(const char *folder, const char *to, int mode, uint64_t seed) {
    lock();
    scope *s = scope_named(folder);
    int failed = s ? write_images(s, to, mode, seed) : ENOENT;
    unlock();
    return failed;
}

void faultvfs_cut_power_later(
    const char *folder, int64_t after, const char *to, int mode, uint64_t seed, int at_sync, int stays_off) {
    lock();
    scope *s = scope_named(folder);
    if (s && strlen(to) < PATH_LIMIT) {
        s->cut_armed = 1;
        s->cut_after = after;
        s->cut_mode = mode;
        s->cut_seed = seed;
        s->cut_at_sync = at_sync;
        s->cut_stays_off = stays_off;
        s->cut_state = 0;
        strcpy(s->cut_to, to);
    }
    unlock();
}

void faultvfs_cut_now(const char *folder) {
    lock();
    scope *s = scope_named(folder);
    if (s && s->cut_armed) cut(s);
    unlock();
}

int faultvfs_power_was_cut(const char *folder) {
    lock();
    scope *s = scope_named(folder);
    int state = s ? s->cut_state : 0;
    unlock();
    return state;
}

void faultvfs_inject(const char *folder, int fault, int kind, int64_t after, int sticky) {
    lock();
    scope *s = scope_named(folder);
    if (s) {
        s->fault = fault;
        s->fault_kind = kind;
        s->fault_after = after;
        s->fault_sticky = sticky;
    }
    unlock();
}
