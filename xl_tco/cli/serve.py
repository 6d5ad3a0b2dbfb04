"""``xl-tco serve``: the functions for Excel on the web and Mac, through xlwings Server."""

from pathlib import Path

import click

from xl_tco.cli.consoles import ERR
from xl_tco.server import HOST, LICENCE, PORT, check, is_loopback, run

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=LICENCE)
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--certificate", type=_FILE, help="TLS certificate (PEM). Excel asks for https.")
@click.option("--key", type=_FILE, help="The certificate's private key (PEM).")
def serve(host: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Serve the functions to Excel on the web and Mac through xlwings Server.

    Needs the extra `server` and a licence key of yours in XLWINGS_LICENSE_KEY.
    """
    ERR.print(LICENCE, style="yellow", markup=False, soft_wrap=True)
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key belong together")
    check()
    scheme = "http" if certificate is None else "https"
    shown = f"[{host}]" if ":" in host else host
    ERR.print(
        f"Manifest for Excel: {scheme}://{shown}:{port}/manifest", markup=False, soft_wrap=True
    )
    if certificate is None:
        ERR.print("Excel accepts https only: give --certificate and --key, or put a proxy before.")
    if not is_loopback(host):
        ERR.print(
            f"{host} can be reached from other machines, without sign-in unless you set "
            "XLWINGS_AUTH_PROVIDERS.",
            style="red",
            markup=False,
            soft_wrap=True,
        )
    run(host, port, certificate, key)
