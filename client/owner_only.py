"""Whether a file is for its reader alone, by its mode and by its access control list.

Where a list is set, the group bits of the mode are the mask of the list and not what the group may
do (acl(5)): systemd hands a credential to a service's user so. Its layout is that of the kernel's
include/uapi/linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id.
"""

import os
import struct
from pathlib import Path
from typing import Final

_ATTRIBUTE: Final = "system.posix_acl_access"
_VERSION: Final = 2
_USER, _GROUP_OWNER, _GROUP = 0x02, 0x04, 0x08


def mode_for_others(path: Path) -> int:
    """Return what others than the owner and this process's user may do: 0, or bits of the mode.

    Raises:
        OSError: the file cannot be looked at.
    """
    mode = path.stat().st_mode & 0o077
    entries = _entries(path)
    if mode & 0o007 or not entries:
        return mode
    me = os.geteuid()
    strangers = [
        tag in {_GROUP, _GROUP_OWNER} or (tag == _USER and user not in {me, 0})
        for tag, rights, user in entries
        if rights
    ]
    return mode if any(strangers) else 0


def _entries(path: Path) -> list[tuple[int, int, int]]:
    """Return tag, permissions and id of each entry of a file's list; none if it has no list."""
    try:
        raw = os.getxattr(path, _ATTRIBUTE)
    except OSError:
        return []
    if len(raw) < 4 or len(raw) % 8 != 4 or struct.unpack_from("<I", raw)[0] != _VERSION:
        return []
    return list(struct.iter_unpack("<HHI", raw[4:]))
