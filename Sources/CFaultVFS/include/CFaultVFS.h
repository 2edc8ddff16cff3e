/* A SQLite VFS that counts, fails and cuts power on request. Tests only; never linked into a product.
 *
 * It wraps the system's unix VFS and becomes the default. Only files directly inside a watched folder are touched;
 * all others pass through. Functions may be called from any thread.
 *
 * What a power cut leaves is modelled per 512-byte sector: content that was synced stays; content written since the
 * last successful sync of its file may be there, not be there, or be there in part. After a failed sync the
 * unsynced sectors count as clean, as on Linux: a later sync does not save them unless they are written again.
 * A truncation is kept or lost as a whole. Creating and deleting a file is taken to be durable at once.
 */
#ifndef CFAULTVFS_H
#define CFAULTVFS_H

#include <stdint.h>

enum {
    FAULTVFS_DATABASE = 0,
    FAULTVFS_WAL = 1,
    FAULTVFS_JOURNAL = 2,
    FAULTVFS_KINDS = 3,
    FAULTVFS_ANY = -1
};

/* What a power cut leaves of the unsynced sectors. */
enum {
    FAULTVFS_KEEP_NONE = 0,   /* all unsynced writes are lost */
    FAULTVFS_KEEP_SOME = 1,   /* each unsynced sector is kept or lost by the seed */
    FAULTVFS_KEEP_TORN = 2,   /* as SOME, and kept sectors may be cut at any byte */
    FAULTVFS_KEEP_ALL = 3     /* all are kept, but for those that a failed sync gave up */
};

enum {
    FAULTVFS_NO_FAULT = 0,
    FAULTVFS_FULL = 1,         /* writes answer SQLITE_FULL */
    FAULTVFS_WRITE_ERROR = 2,  /* writes answer SQLITE_IOERR_WRITE */
    FAULTVFS_SYNC_ERROR = 3,   /* syncs answer SQLITE_IOERR_FSYNC */
    FAULTVFS_KILL = 4          /* SIGKILL of this process before the operation */
};

typedef struct faultvfs_counts {
    int64_t syncs[FAULTVFS_KINDS];
    int64_t writes[FAULTVFS_KINDS];
    int64_t operations;        /* writes, truncations, syncs and deletions together */
} faultvfs_counts;

/* Registers the shim as the default VFS (once) and watches `folder`. Returns 0, or a SQLite result code. */
int faultvfs_watch(const char *folder);

/* Stops watching `folder` and frees what is known of it. All its files must be closed. */
void faultvfs_forget(const char *folder);

/* Reads the counters of a watched folder. */
faultvfs_counts faultvfs_read_counts(const char *folder);

/* Writes to `to` (an existing folder) the files that a power cut now would leave. Returns 0 or an errno. */
int faultvfs_power_cut_image(const char *folder, const char *to, int mode, uint64_t seed);

/* Does the same just before the operation number `after` + 1 from now; with `at_sync`, just before the first sync from
 * there on. With `stays_off` that operation and all after it fail: what runs on can acknowledge nothing any more. */
void faultvfs_cut_power_later(
    const char *folder, int64_t after, const char *to, int mode, uint64_t seed, int at_sync, int stays_off);

/* Lets the cut asked for by faultvfs_cut_power_later come now; nothing happens where none was, or it has come. */
void faultvfs_cut_now(const char *folder);

/* 1 when the image asked for by faultvfs_cut_power_later has been written, a negative errno when that failed, else 0. */
int faultvfs_power_was_cut(const char *folder);

/* Lets the operation number `after` + 1 from now, counted among those that `fault` concerns and of files of `kind`,
 * fail once, or it and all that follow when `sticky`. Replaces an earlier plan. */
void faultvfs_inject(const char *folder, int fault, int kind, int64_t after, int sticky);

#endif
