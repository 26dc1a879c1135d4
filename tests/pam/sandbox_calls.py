"""What a process taken over would try, and what has to come of it."""

from house import HOME

O_RDONLY, O_WRONLY, O_RDWR, O_CREAT = 0, 1, 2, 0o100
O_TRUNC, O_TMPFILE = 0o1000, 0o20200000
O_EXCL, O_NOFOLLOW, O_DIRECTORY = 0o200, 0o400000, 0o200000
AT_FDCWD = -100
CLONE_THREAD, CLONE_VM, CLONE_NEWUSER = 0x10000, 0x100, 0x10000000
SIGCHLD, SIGTERM, SIGPIPE, SIGXFSZ = 17, 15, 13, 25
CAP_KILL = 5
INTERNAL = {32, 33}  # the C library's own: it lets nobody touch them
F_SETFL, F_SETOWN, F_SETSIG, F_SETOWN_EX = 4, 8, 10, 15
O_ASYNC, SIGKILL = 0o20000, 9
FIOSETOWN, SIOCSPGRP = 0x8901, 0x8902
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET = 1, 2, 3, 5
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
AF_MAX = 46
UNIX_NAME = (AF_UNIX.to_bytes(2, "little")
             + f"{HOME}/scratch/new".encode() + b"\0").hex()
UNIX_NAME_SIZE = len(UNIX_NAME) // 2
X32 = 0x40000000
NR_GETPID = 39

ENOSYS = "= -1 ENOSYS"
EPERM = "= -1 EPERM"
NO_FAMILY = "= -1 EAFNOSUPPORT"
KILLED = "killed by SIGSYS"
DONE = r"= \d+"
FAILED = r"= -1 E\w+"

NR_FCHMODAT2 = 452

# what, call and arguments, what has to come of it; the key-fetcher's as well
WORKER = [
    ("read /etc/shadow", f"openat {AT_FDCWD} s:/etc/shadow {O_RDONLY}",
     "= -1 EACCES"),
    ("read /etc/shadow the old way", f"open s:/etc/shadow {O_RDONLY}",
     "= -1 EACCES"),
    ("read the client's secret",
     f"openat {AT_FDCWD} s:/etc/pam_oauth2/demo-secret {O_RDONLY}",
     "= -1 EACCES"),
    ("read the certificates it needs",
     f"openat {AT_FDCWD} s:/etc/pam_oauth2/demo-ca.pem {O_RDONLY}", DONE),
    ("write a file of its own",
     f"openat {AT_FDCWD} s:{HOME}/scratch/own {O_WRONLY}", ENOSYS),
    ("read and write it",
     f"openat {AT_FDCWD} s:{HOME}/scratch/own {O_RDWR}", ENOSYS),
    ("create a file",
     f"openat {AT_FDCWD} s:{HOME}/scratch/new {O_WRONLY | O_CREAT} 0600",
     ENOSYS),
    ("create one only to read",
     f"openat {AT_FDCWD} s:{HOME}/scratch/new {O_RDONLY | O_CREAT} 0600",
     ENOSYS),
    ("empty a file", f"openat {AT_FDCWD} s:{HOME}/scratch/own {O_TRUNC}",
     ENOSYS),
    ("create a nameless file",
     f"openat {AT_FDCWD} s:{HOME}/scratch {O_RDWR | O_TMPFILE} 0600",
     ENOSYS),
    ("create a file the old way",
     f"open s:{HOME}/scratch/new {O_WRONLY | O_CREAT} 0600", ENOSYS),
    ("creat", f"creat s:{HOME}/scratch/new 0600", ENOSYS),
    ("openat2", f"openat2 {AT_FDCWD} s:/etc/passwd @24 24", ENOSYS),
    ("open by handle", "open_by_handle_at 3 @128 0", ENOSYS),
    ("make a directory", f"mkdir s:{HOME}/scratch/new 0700", ENOSYS),
    ("remove a file", f"unlink s:{HOME}/scratch/own", ENOSYS),
    ("rename a file",
     f"rename s:{HOME}/scratch/own s:{HOME}/scratch/new", ENOSYS),
    ("link a file", f"link s:{HOME}/scratch/own s:{HOME}/scratch/new",
     ENOSYS),
    ("change a mode", f"chmod s:{HOME}/scratch/own 04755", ENOSYS),
    ("memfd_create", "memfd_create s:x 0", ENOSYS),
    ("execve", "execve s:/bin/true 0 0", KILLED),
    ("execveat", f"execveat {AT_FDCWD} s:/bin/true 0 0 0", KILLED),
    ("ptrace", "ptrace 16 {monitor} 0 0", KILLED),
    ("read another's memory", "process_vm_readv {monitor} @16 1 @16 1 0",
     KILLED),
    ("write another's memory", "process_vm_writev {monitor} @16 1 @16 1 0",
     KILLED),
    ("kill the monitor", f"kill {{monitor}} {SIGTERM}", KILLED),
    ("kill everybody", f"kill -1 {SIGTERM}", KILLED),
    ("tkill the monitor", f"tkill {{monitor}} {SIGTERM}", KILLED),
    ("tgkill the monitor", f"tgkill {{monitor}} {{monitor}} {SIGTERM}",
     KILLED),
    ("queue a signal", f"rt_sigqueueinfo {{monitor}} {SIGTERM} @128",
     KILLED),
    ("pidfd_open", "pidfd_open {monitor} 0", KILLED),
    ("pidfd_send_signal", f"pidfd_send_signal 3 {SIGTERM} 0 0", KILLED),
    ("tgkill itself with nothing", "tgkill {pid} {pid} 0", "= 0"),
    ("have another signalled by the kernel", f"fcntl 3 {F_SETOWN} {{other}}",
     FAILED),
    ("and by thread", f"fcntl 3 {F_SETOWN_EX} x:00000000{{other_hex}}",
     FAILED),
    ("and by ioctl", f"ioctl 3 {FIOSETOWN} x:{{other_hex}}", FAILED),
    ("and by the socket's ioctl", f"ioctl 3 {SIOCSPGRP} x:{{other_hex}}",
     FAILED),
    ("setuid(0)", "setuid 0", ENOSYS),
    ("setresuid(0, 0, 0)", "setresuid 0 0 0", ENOSYS),
    ("setreuid(0, 0)", "setreuid 0 0", ENOSYS),
    ("setgid(0)", "setgid 0", ENOSYS),
    ("setgroups()", "setgroups 0 0", ENOSYS),
    ("capset", "capset @8 @24", ENOSYS),
    ("prctl", "prctl 4 1 0 0 0", ENOSYS),
    ("memory to write and to run", "mmap 0 4096 7 0x22 -1 0", FAILED),
    ("another seccomp filter", "seccomp 1 0 @16", ENOSYS),
    ("raise a limit", "prlimit64 0 1 @16 0", ENOSYS),
    ("setrlimit", "setrlimit 1 @16", ENOSYS),
    ("look at a limit", "prlimit64 0 1 0 @16", "= 0"),
    ("setpriority", "setpriority 0 0 -20", ENOSYS),
    ("io_uring_setup", "io_uring_setup 8 @120", ENOSYS),
    ("bpf", "bpf 0 @128 128", ENOSYS),
    ("perf_event_open", "perf_event_open @128 0 -1 -1 0", ENOSYS),
    ("userfaultfd", "userfaultfd 0", ENOSYS),
    ("keyctl", "keyctl 0 0 0", ENOSYS),
    ("add_key", "add_key s:user s:x s:x 1 -3", ENOSYS),
    ("unshare", f"unshare {CLONE_NEWUSER}", ENOSYS),
    ("setns", "setns 3 0", ENOSYS),
    ("mount", "mount s:none s:/mnt s:tmpfs 0 0", ENOSYS),
    ("chroot", "chroot s:/", ENOSYS),
    ("chdir", "chdir s:/tmp", ENOSYS),
    ("fork", "fork", ENOSYS),
    ("vfork", "vfork", ENOSYS),
    ("clone a process", f"clone {SIGCHLD} 0 0 0 0", ENOSYS),
    ("clone into a namespace", f"clone {CLONE_NEWUSER | SIGCHLD} 0 0 0 0",
     ENOSYS),
    ("clone3", "clone3 @88 88", ENOSYS),
    ("shmget", "shmget 0 4096 0", ENOSYS),
    ("mq_open", "mq_open s:x 0100 0600 0", ENOSYS),
    # It would make a file: a socket has a name there.
    ("give its leg a name", f"bind 3 x:{UNIX_NAME} {UNIX_NAME_SIZE}",
     ENOSYS),
    ("listen", "listen 3 1", ENOSYS),
    ("accept", "accept4 3 0 0 0", ENOSYS),
    ("syslog", "syslog 2 0 0", ENOSYS),
    ("a call by its x32 number", f"{X32 | NR_GETPID}", KILLED),
    ("a call that is none", "1000", ENOSYS),
    ("a raw IPv4 socket", f"socket {AF_INET} {SOCK_RAW} 1", EPERM),
    ("a family past the last", f"socket {AF_MAX + 1} {SOCK_STREAM} 0",
     "= -1 (EAFNOSUPPORT|ENOSYS)"),
    ("a family with high bits",
     f"socket {1 << 32 | AF_UNIX} {SOCK_STREAM} 0",
     "= -1 (EAFNOSUPPORT|ENOSYS)"),
    ("an IPv4 socket, which it needs",
     f"socket {AF_INET} {SOCK_STREAM} 0", DONE),
    ("an IPv6 socket, which it needs",
     f"socket {AF_INET6} {SOCK_STREAM} 0", DONE),
    ("a pair of streams, which curl needs",
     f"socketpair {AF_UNIX} {SOCK_STREAM} 0 @8", "= 0"),
    # One of these could be connected to /dev/log.
    ("a pair of datagram sockets",
     f"socketpair {AF_UNIX} {SOCK_DGRAM} 0 @8", FAILED),
]

# It has no network and no files: what the worker may do, it may not.
NOT_THE_JUDGES = {
    "read /etc/shadow", "read /etc/shadow the old way",
    "read the client's secret", "read the certificates it needs",
    "a raw IPv4 socket", "an IPv4 socket, which it needs",
    "an IPv6 socket, which it needs",
    "a pair of streams, which curl needs"}
JUDGE = [(what.removesuffix(", which it needs"), call,
          ENOSYS if what in NOT_THE_JUDGES else expected)
         for what, call, expected in WORKER]
JUDGE += [
    ("open a file to read", f"openat {AT_FDCWD} s:/etc/passwd {O_RDONLY}",
     ENOSYS),
    ("open a directory", f"openat {AT_FDCWD} s:/ {O_DIRECTORY}", ENOSYS),
    ("look at a file", "stat s:/etc/passwd @256", ENOSYS),
    ("look at one of its own", f"newfstatat {AT_FDCWD} s:/ @256 0", ENOSYS),
    ("look whether there is a file", "access s:/etc/passwd 0", ENOSYS),
    ("read a link", "readlink s:/proc/self/exe @256 256", ENOSYS),
    ("list a directory", "getdents64 3 @256 256", ENOSYS),
    ("connect its leg", f"connect 3 x:{UNIX_NAME} {UNIX_NAME_SIZE}", ENOSYS),
    ("send much at once", "sendmmsg 3 @64 1 0", ENOSYS),
    ("wait for many", "epoll_create1 0", ENOSYS),
    ("a local socket", f"socket {AF_UNIX} {SOCK_DGRAM} 0", ENOSYS),
    ("a thread", f"clone {CLONE_THREAD | CLONE_VM} 0 0 0 0", ENOSYS),
    ("set the clock", "clock_settime 0 @16", ENOSYS),
    ("set it the old way", "settimeofday @16 0", ENOSYS),
    ("turn the clock", "adjtimex @208", ENOSYS),
    ("read the clock, which it needs", "clock_gettime 1 @16", "= 0"),
]

MONITOR = [
    ("execve", "execve s:/bin/true 0 0", KILLED),
    ("execveat", f"execveat {AT_FDCWD} s:/bin/true 0 0 0", KILLED),
    ("ptrace", "ptrace 16 1 0 0", KILLED),
    ("kill another", "kill {other} 9", ENOSYS),
    ("kill everybody", f"kill -1 {SIGKILL}", ENOSYS),
    ("kill its group", f"kill 0 {SIGKILL}", ENOSYS),
    ("stop its worker", "kill {worker} 19", ENOSYS),
    ("kill its worker, which it has to", "kill {worker} 9", "= 0"),
    ("kill its judge", "kill {judge} 9", "= 0"),
    ("kill its key-fetcher", "kill {fetcher} 9", "= 0"),
    ("tkill another", "tkill {other} 9", KILLED),
    ("tgkill another", "tgkill {other} {other} 9", KILLED),
    ("queue a signal", "rt_sigqueueinfo {other} 9 @128", KILLED),
    ("pidfd_open", "pidfd_open {other} 0", KILLED),
    ("read another's memory", "process_vm_readv 1 @16 1 @16 1 0", KILLED),
    ("write another's memory", "process_vm_writev 1 @16 1 @16 1 0", KILLED),
    ("a call by its x32 number", f"{X32 | NR_GETPID}", KILLED),
    ("an IPv4 socket", f"socket {AF_INET} {SOCK_STREAM} 0", NO_FAMILY),
    ("an IPv6 socket", f"socket {AF_INET6} {SOCK_DGRAM} 0", NO_FAMILY),
    ("a family with high bits",
     f"socket {1 << 32 | AF_INET} {SOCK_STREAM} 0", NO_FAMILY),
    ("a local socket, for the log", f"socket {AF_UNIX} {SOCK_DGRAM} 0",
     DONE),
    ("a stream to a service of root's",
     f"socket {AF_UNIX} {SOCK_STREAM} 0", ENOSYS),
    ("a pair of sockets", f"socketpair {AF_UNIX} {SOCK_DGRAM} 0 @8",
     ENOSYS),
    ("give its leg a name", f"bind 3 x:{UNIX_NAME} {UNIX_NAME_SIZE}",
     ENOSYS),
    ("mount", "mount s:none s:/mnt s:tmpfs 0 0", ENOSYS),
    ("umount", "umount2 s:/mnt 0", ENOSYS),
    ("pivot_root", "pivot_root s:/ s:/", ENOSYS),
    ("chroot", "chroot s:/", ENOSYS),
    ("unshare", f"unshare {CLONE_NEWUSER}", ENOSYS),
    ("setns", "setns 3 0", ENOSYS),
    ("init_module", "init_module @16 16 s:", ENOSYS),
    ("delete_module", "delete_module s:x 0", ENOSYS),
    ("kexec_load", "kexec_load 0 0 0 0", ENOSYS),
    ("reboot", "reboot 0 0 0 0", ENOSYS),
    ("bpf", "bpf 0 @128 128", ENOSYS),
    ("io_uring_setup", "io_uring_setup 8 @120", ENOSYS),
    ("keyctl", "keyctl 0 0 0", ENOSYS),
    ("open by handle", "open_by_handle_at 3 @128 0", ENOSYS),
    ("fork", "fork", ENOSYS),
    ("clone a process", f"clone {SIGCHLD} 0 0 0 0", ENOSYS),
    ("clone3", "clone3 @88 88", ENOSYS),
    ("create a file", f"openat {AT_FDCWD} s:{HOME}/scratch/new"
     f" {O_WRONLY | O_CREAT} 0600", ENOSYS),
    ("write /etc/passwd", f"openat {AT_FDCWD} s:/etc/passwd {O_RDWR}",
     ENOSYS),
    ("empty /etc/passwd", f"open s:/etc/passwd {O_TRUNC}", ENOSYS),
    ("creat", f"creat s:{HOME}/scratch/new 0600", ENOSYS),
    ("openat2", f"openat2 {AT_FDCWD} s:/etc/passwd @24 24", ENOSYS),
    ("read the allowlist",
     f"openat {AT_FDCWD} s:/etc/pam_oauth2/allowlist {O_RDONLY}", DONE),
    ("change a mode", f"chmod s:{HOME}/scratch 04755", ENOSYS),
    ("change a mode the new way", f"{NR_FCHMODAT2} {AT_FDCWD}"
     f" s:{HOME}/scratch 04755 0", ENOSYS),
    ("change a time", f"utimensat {AT_FDCWD} s:{HOME}/scratch 0 0", ENOSYS),
    ("set an attribute", f"setxattr s:{HOME}/scratch s:user.x s:x 1 0",
     ENOSYS),
    ("limit another", "prlimit64 1 7 @16 0", ENOSYS),
    ("slow another", "setpriority 0 1 19", ENOSYS),
    ("slow another more", "sched_setscheduler 1 5 @4", ENOSYS),
    ("shmget", "shmget 0 4096 0", ENOSYS),
    ("mq_open", "mq_open s:x 0100 0600 0", ENOSYS),
    ("memory to write and to run", "mmap 0 4096 7 0x22 -1 0", FAILED),
    ("a call that is none", "1000", ENOSYS),
    ("remove a file", f"unlink s:{HOME}/scratch/own", ENOSYS),
    ("rename a file", f"rename s:{HOME}/scratch s:{HOME}/new", ENOSYS),
    ("make a device", "mknod s:/dev/x 020666 0x103", ENOSYS),
    ("become somebody", "setresuid 21001 21001 21001", ENOSYS),
    ("have capabilities back", "capset @8 @24", ENOSYS),
    ("prctl", "prctl 4 1 0 0 0", ENOSYS),
    ("set the clock", "clock_settime 0 @16", ENOSYS),
    ("sethostname", "sethostname s:x 1", ENOSYS),
    ("perf_event_open", "perf_event_open @128 0 -1 -1 0", ENOSYS),
    ("iopl", "iopl 3", ENOSYS),
]

FAMILIES = [family for family in range(AF_MAX)
            if family not in (AF_INET, AF_INET6)]
