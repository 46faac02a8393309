"""The unit as an office has it: installed by the README's steps, under a real systemd (`machine.sh`)."""
