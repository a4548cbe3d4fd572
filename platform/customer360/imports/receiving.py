"""Uploads go straight to the tenant's folder: never into memory, never into a folder shared by tenants."""

from __future__ import annotations

from functools import partial, wraps
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from customer360 import storage
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class Receiver(FileUploadHandler):
    """Writes one file to the tenant's uploads as it arrives, and stops at the largest allowed size."""

    chunk_size = 1024 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.path: Path | None = None
        self.file_name_given = ""
        self.refusal = ""
        self._target: IO[bytes] | None = None
        self._size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.path is not None:
            raise StopUpload(connection_reset=True)  # only one file is expected
        self.file_name_given = self.file_name or ""
        self.path = storage.new_upload(self.file_name_given)
        self._target = self.path.open("wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size = start + len(raw_data)
        if self._size > settings.IMPORT_MAX_BYTES:
            self.refusal = too_large()
            self.discard()
            raise StopUpload(connection_reset=True)
        assert self._target is not None  # noqa: S101  Django calls new_file first
        self._target.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self._close()
        return UploadedFile(name=self.file_name_given, size=file_size)

    def upload_interrupted(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Deletes whatever was written."""
        self._close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._target is not None:
            self._target.close()


def receives_file(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Passes the view a `receiver` with the posted file; place it below the decorator that checks access.

    Reading the form's CSRF token reads the file too, so the token is checked here, once the receiver is in place.
    """

    @csrf_exempt
    @wraps(view)
    def receiving(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        receiver = Receiver(request)
        request.upload_handlers = [receiver]
        checked: HttpResponseBase = csrf_protect(partial(view, receiver=receiver))(request, *args, **kwargs)
        return checked

    return receiving


def too_large() -> str:
    most = formats.short_number(settings.IMPORT_MAX_BYTES)
    return f"The file is larger than {most} bytes. Pack it with gzip, or split it into smaller files."
