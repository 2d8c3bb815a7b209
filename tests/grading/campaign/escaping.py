"""Escaping: out of the sandbox, by the kernel, the network, a shell."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack


@attack("escaping")
def namespaces(book: Any) -> None:
    book.add("""
import ctypes, os
libc = ctypes.CDLL(None)
for flags in (0x10000000, 0x10000000 | 0x20000, 0x20000, 0x40000000, 0x20000000):
    libc.unshare(flags); libc.syscall(56, flags | 17, 0, 0, 0, 0) == 0 and os._exit(0)
libc.umount2(b'/tmp', 2); libc.mount(b'x', b'/tmp', b'tmpfs', 0, None); libc.mount(b'/proc/1/root', b'/tmp', None, 4096, None)
libc.chroot(b'/proc/1/root'); os.system('ls /proc/1/root/root; touch /proc/1/root/tmp/campaign-left-behind')
""")


@attack("escaping")
def becomes_root(book: Any) -> None:
    book.add("""
import os, subprocess
for do in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.chroot('/proc/1/root')):
    try: do()
    except OSError: pass
for line in ('sudo -n id', 'su -c id', 'nsenter -t 1 -a touch /tmp/campaign-left-behind', 'bwrap --bind / / touch /tmp/campaign-left-behind', 'pkexec id'):
    subprocess.run(line, shell=True, stdin=subprocess.DEVNULL)
""")


@attack("escaping")
def device_files(book: Any) -> None:
    book.add("""
import os, stat
for number in ((8, 0), (259, 0), (1, 1), (254, 0)):
    for kind in (stat.S_IFBLK, stat.S_IFCHR):
        try:
            os.mknod('dev', kind | 0o666, os.makedev(*number)); print(open('dev', 'rb').read(100)); os.unlink('dev')
        except OSError: pass
for path in ('/dev/mem', '/dev/kmem', '/dev/sda', '/dev/kvm', '/dev/fuse', '/proc/kcore', '/proc/sysrq-trigger', '/proc/kmsg'):
    try: open(path, 'r+b').read(10)
    except OSError: pass
""")


@attack("escaping")
def settings_of_the_kernel(book: Any) -> None:
    book.add("""
import glob
for path in ['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/modprobe', '/proc/self/oom_score_adj', '/proc/self/uid_map',
             '/proc/self/setgroups', *glob.glob('/sys/fs/cgroup/**/cgroup.procs', recursive=True)[:20], '/proc/1/oom_score_adj']:
    try: open(path, 'w').write('|/tmp/campaign-left-behind')
    except OSError: pass
""")


@attack("escaping")
def traces_a_process(book: Any) -> None:
    book.add("""
import ctypes, os
libc = ctypes.CDLL(None)
for pid in [1, os.getppid(), *map(int, filter(str.isdigit, os.listdir('/proc')))]:
    if pid != os.getpid(): libc.ptrace(16, pid, 0, 0), libc.ptrace(0x4206, pid, 0, 0)
    try: open(f'/proc/{pid}/mem', 'r+b').write(b'x')
    except OSError: pass
""")


@attack("escaping")
def descriptors_across_sockets(book: Any) -> None:
    """Descriptors sent over the grader's own socket, and asked of it."""
    book.add("""
import os, socket, array
for fd in range(3, 64):
    try:
        s = socket.socket(fileno=os.dup(fd)); s.settimeout(0.05)
        s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [os.open('/', 0), 0]))])
        s.close()
    except OSError: pass
""")


@attack("escaping")
def the_network(book: Any) -> None:
    book.add("""
import socket, urllib.request
for family in range(0, 46):
    for kind in (1, 2, 3):
        try: socket.socket(family, kind).close()
        except OSError: pass
for address in ('192.0.2.1', '169.254.169.254', '127.0.0.1', '10.0.0.1'):
    try: print('REACHED', urllib.request.urlopen(f'http://{address}/', timeout=0.2).read(100))
    except Exception: pass
""")


@attack("escaping")
def runs_shells(book: Any) -> None:
    book.add("!touch /tmp/campaign-left-behind ~/campaign-left-behind; ls -la / ~; crontab -l; at now")
    book.add("%%bash\n(setsid nohup bash -c 'exec -a campaign-survivor sleep 300' >/dev/null 2>&1 &)\necho '* * * * * touch /tmp/campaign-left-behind' | crontab -")
    book.add("%%script python\nimport os; os.system('touch /dev/shm/campaign-left-behind')")


@attack("escaping")
def a_terminals_input(book: Any) -> None:
    book.add("import fcntl, termios\nfor fd in range(8):\n    for c in b'touch /tmp/campaign-left-behind\\n':\n"
             "        try: fcntl.ioctl(fd, termios.TIOCSTI, bytes([c]))\n        except OSError: break")


@attack("escaping")
def foreign_system_calls(book: Any) -> None:
    """Calls by other tables' numbers: x32, and whatever exists."""
    book.add("""
import ctypes
libc = ctypes.CDLL(None)
for number in (*range(300, 335), *range(424, 470)):
    for n in (number, number | 0x40000000):
        if number not in (322, 435): libc.syscall(n, -1, 0, 0, 0, 0, 0)
""")
