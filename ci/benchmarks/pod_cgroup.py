"""What the control group of a pod has counted, with everything that runs in the pod; versions 1 and 2 of cgroups."""

from __future__ import annotations

from e2e.members import Pod

MEBIBYTE = 1 << 20

# The pod's folder below a controller of version 1, or that of version 2.
FOLDER = """
folder() { find "/sys/fs/cgroup/$2" /sys/fs/cgroup -type d -name "pod$1" 2>/dev/null | head -n 1; }
"""

# Microseconds. cpuacct.usage is of version 1, usage_usec of version 2.
CPU = f"""{FOLDER}
dir=$(folder "$1" cpuacct)
if [ -e "$dir/cpuacct.usage" ]; then
  echo $(($(cat "$dir/cpuacct.usage") / 1000))
else
  awk '$1 == "usage_usec" {{ print $2 }}' "$dir/cpu.stat"
fi
"""

# Bytes that the pod holds and cannot give back, as the kubelet counts them: usage less inactive pages of files.
MEMORY = f"""{FOLDER}
dir=$(folder "$1" memory)
if [ -e "$dir/memory.usage_in_bytes" ]; then
  used=$(cat "$dir/memory.usage_in_bytes") idle=total_inactive_file
else
  used=$(cat "$dir/memory.current") idle=inactive_file
fi
echo $((used - $(awk -v name=$idle '$1 == name {{ print $2 }}' "$dir/memory.stat")))
"""


def milliseconds(pod: Pod) -> float:
    """Of CPU, since the pod runs."""
    return int(pod.node.sh(CPU, pod.uid)) / 1000


def mebibytes(pod: Pod) -> float:
    return int(pod.node.sh(MEMORY, pod.uid)) / MEBIBYTE
