"""What every side types into a case: words, with pictures or without."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from shoal.care.operations_cases import LONGEST_WORDS, MOST_PICTURES, TooManyPictures
from shoal.kit.pictures import MAX_BYTES, StoredPicture, store_pictures

_PICTURES = {"accept": "image/jpeg,image/png,image/webp,image/avif"}


class ManyFiles(forms.FileInput):
    """One input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """This will check each file that was chosen."""
        chosen = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in chosen if one]


class WordsForm(forms.Form):
    """What somebody says in a case."""

    words = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ShowingForm(WordsForm):
    """What somebody says in a case, with pictures."""

    pictures = FilesField(
        label=gettext_lazy("Pictures"),
        required=False,
        widget=ManyFiles(attrs=_PICTURES),
        max_length=200,
    )

    def stored(self) -> list[StoredPicture]:
        """This will check and keep the pictures. Raises TooManyPictures or what pictures raise."""
        uploads: list[UploadedFile[bytes]] = self.cleaned_data["pictures"]
        if len(uploads) > MOST_PICTURES:
            raise TooManyPictures(most=MOST_PICTURES)
        return store_pictures([upload.read(MAX_BYTES + 1) for upload in uploads])


class OptionalWordsForm(forms.Form):
    """A word that may be left out."""

    words = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
