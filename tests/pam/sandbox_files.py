"""Where a monitor that was taken over can make files, and where not."""

from house import HOME
from sandbox_calls import (
    AT_FDCWD, DONE, ENOSYS, FAILED, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW,
    O_RDONLY, O_RDWR, O_TMPFILE, O_TRUNC, O_WRONLY)

CACHE, STATE = "/var/cache/pam_oauth2", "/var/lib/pam_oauth2"
OURS = (CACHE, STATE, f"{STATE}/subjects", "/run/pam_oauth2",
        "/run/pam_oauth2/pending", "/run/pam_oauth2/sessions")
OTHERS = ("/etc", "/etc/pam_oauth2", "/etc/cron.d", "/tmp", "/var/cache",
          "/var/lib", "/run", "/dev", "/usr/libexec/pam_oauth2",
          f"{HOME}/scratch")
NEW = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
LOCK = O_RDONLY | O_CREAT | O_NOFOLLOW
AT_REMOVEDIR = 0x200
EACCES = "= -1 EACCES"
EXISTS = "= -1 EEXIST"
ELSEWHERE = "= -1 (EACCES|EXDEV)"

# There is a file `own` in the cache and in HOME/scratch.
WORKS = [(f"make a file in {path}",
          f"openat {AT_FDCWD} s:{path}/new {NEW} 0600", DONE)
         for path in OURS]
WORKS += [
    ("take a lock", f"openat {AT_FDCWD} s:{STATE}/lock {LOCK} 0600", DONE),
    ("rename a file of the cache", f"renameat {AT_FDCWD} s:{CACHE}/own"
     f" {AT_FDCWD} s:{CACHE}/other", "= 0"),
    ("remove a file of the cache", f"unlinkat {AT_FDCWD} s:{CACHE}/own 0",
     "= 0"),
    ("read a file of the cache",
     f"openat {AT_FDCWD} s:{CACHE}/own {O_RDONLY}", DONE),
]
# Landlock keeps it to its own directories.
CONFINED = [(f"make a file in {path}",
             f"openat {AT_FDCWD} s:{path}/new {NEW} 0600", EACCES)
            for path in OTHERS]
CONFINED += [
    ("take a lock in /etc", f"openat {AT_FDCWD} s:/etc/new {LOCK} 0600",
     EACCES),
    ("rename out of the cache", f"renameat {AT_FDCWD} s:{CACHE}/own"
     f" {AT_FDCWD} s:/etc/passwd", ELSEWHERE),
    ("and the new way", f"renameat2 {AT_FDCWD} s:{CACHE}/own {AT_FDCWD}"
     " s:/etc/cron.d/new 0", ELSEWHERE),
    ("rename into the cache", f"renameat {AT_FDCWD} s:/etc/shadow"
     f" {AT_FDCWD} s:{CACHE}/new", ELSEWHERE),
    ("rename in /etc", f"renameat {AT_FDCWD} s:/etc/shadow {AT_FDCWD}"
     " s:/etc/new", EACCES),
    ("exchange with /etc", f"renameat2 {AT_FDCWD} s:{CACHE}/own {AT_FDCWD}"
     " s:/etc/passwd 2", ELSEWHERE),
    ("remove a file in /etc", f"unlinkat {AT_FDCWD} s:/etc/passwd 0", EACCES),
    ("remove a directory", f"unlinkat {AT_FDCWD} s:{CACHE} {AT_REMOVEDIR}",
     EACCES),
    ("lift what confines it", "landlock_create_ruleset 0 0 1", ENOSYS),
]
# seccomp, with or without Landlock: nothing that is there is changed.
REFUSED = [
    (f"open {path} {how}", f"openat {AT_FDCWD} s:{path} {flags} 0600",
     expected)
    for path in ("/etc/passwd", f"{CACHE}/own")
    for how, flags, expected in [
        ("to write", O_WRONLY, ENOSYS), ("to change", O_RDWR, ENOSYS),
        ("to make", O_WRONLY | O_CREAT, ENOSYS),
        ("to make, not as a link", O_RDWR | O_CREAT | O_NOFOLLOW, ENOSYS),
        ("to make, as a link", O_RDWR | O_CREAT | O_EXCL, ENOSYS),
        ("to empty", O_RDONLY | O_TRUNC, ENOSYS),
        ("to empty, as a lock", LOCK | O_TRUNC, ENOSYS),
        ("anew", NEW, EXISTS)]]
REFUSED += [
    ("a nameless file",
     f"openat {AT_FDCWD} s:{CACHE} {O_RDWR | O_TMPFILE} 0600", ENOSYS),
    ("a nameless file like a new one",
     f"openat {AT_FDCWD} s:{CACHE} {NEW | O_TMPFILE} 0600", FAILED),
    ("make a directory for reading", f"openat {AT_FDCWD} s:{CACHE}/new"
     f" {LOCK | O_DIRECTORY} 0600", FAILED),
    ("make a file the old way", f"open s:{CACHE}/new {NEW} 0600", ENOSYS),
    ("mkdir", f"mkdir s:{CACHE}/new 0700", ENOSYS),
    ("mkdirat", f"mkdirat {AT_FDCWD} s:{CACHE}/new 0700", ENOSYS),
    ("rmdir", f"rmdir s:{STATE}/subjects", ENOSYS),
    ("link", f"link s:{CACHE}/own s:{CACHE}/new", ENOSYS),
    ("linkat", f"linkat {AT_FDCWD} s:/etc/shadow {AT_FDCWD} s:{CACHE}/new 0",
     ENOSYS),
    ("symlink", f"symlink s:/etc/shadow s:{CACHE}/new", ENOSYS),
    ("symlinkat", f"symlinkat s:/etc/shadow {AT_FDCWD} s:{CACHE}/new",
     ENOSYS),
    ("mknodat", f"mknodat {AT_FDCWD} s:{CACHE}/new 020666 0x103", ENOSYS),
    ("rename", f"rename s:{CACHE}/own s:{CACHE}/new", ENOSYS),
    ("unlink", f"unlink s:{CACHE}/own", ENOSYS),
    ("truncate", f"truncate s:{CACHE}/own 0", ENOSYS),
    ("chmod", f"chmod s:{CACHE}/own 04755", ENOSYS),
    ("fchmodat", f"fchmodat {AT_FDCWD} s:{CACHE}/own 04755", ENOSYS),
    ("fchmod", "fchmod 3 04755", ENOSYS),
    ("chown", f"chown s:{CACHE}/own 21001 21001", ENOSYS),
    ("a more open umask", "umask 0", ENOSYS),
    ("setxattr", f"setxattr s:{CACHE}/own s:user.x s:x 1 0", ENOSYS),
    ("write without moving", "pwritev 3 @16 1 0", ENOSYS),
    ("copy a file", "copy_file_range 3 0 4 0 1 0", ENOSYS),
]
