#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: an environment for `grade`, and a user without rights to grade as.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
apt-get update -qq
apt-get install -y -qq python3-venv
python3 -m venv /opt/uv
/opt/uv/bin/pip install --quiet uv
# The Python that marks were proved with; where the image has none, uv brings it, to where every user may read.
export UV_PYTHON_INSTALL_DIR=/opt/python
/opt/uv/bin/uv venv --quiet --python "$(cat "$root/source/python-version")" "$root/venv"
/opt/uv/bin/uv pip install --quiet --python "$root/venv/bin/python" "$root/source/grade"
id grade > /dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin grade
