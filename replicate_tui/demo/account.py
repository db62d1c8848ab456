"""Whose service this is, and the hardware it offers on paper."""

from collections.abc import Mapping

OWNER = "demo"
ACCOUNT: Mapping[str, str] = {"type": "user", "username": OWNER, "name": "Demo"}
HARDWARE: Mapping[str, str] = {
    "cpu": "CPU",
    "cpu-small": "CPU (Small)",
    "gpu-t4": "Nvidia T4 GPU",
    "gpu-l40s": "Nvidia L40S GPU",
    "gpu-l40s-2x": "2x Nvidia L40S GPU",
    "gpu-a100-large": "Nvidia A100 (80GB) GPU",
    "gpu-a100-large-2x": "2x Nvidia A100 (80GB) GPU",
    "gpu-h100": "Nvidia H100 GPU",
}
