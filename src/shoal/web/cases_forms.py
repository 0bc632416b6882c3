"""What several sides type into a case: words with pictures or without, a part of what is asked."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy, pgettext_lazy

from shoal.care.models import Case
from shoal.care.operations_cases import LONGEST_WORDS, MOST_PICTURES, TooManyPictures
from shoal.care.rules_cases import Kind
from shoal.care.steps_cases import GivenUnits
from shoal.kit.pictures import MAX_BYTES, LoosePicture, loose_pictures
from shoal.web.cases import line_rows
from shoal.web.components.fields import AmountField

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
        label=pgettext_lazy("case", "Pictures"),
        required=False,
        widget=ManyFiles(attrs=_PICTURES),
        max_length=200,
    )

    def shown(self) -> list[LoosePicture]:
        """This will check and strip the pictures. Raises TooManyPictures or what pictures raise."""
        uploads: list[UploadedFile[bytes]] = self.cleaned_data["pictures"]
        if len(uploads) > MOST_PICTURES:
            raise TooManyPictures(most=MOST_PICTURES)
        return loose_pictures([upload.read(MAX_BYTES + 1) for upload in uploads])


class OptionalWordsForm(forms.Form):
    """A word that may be left out."""

    words = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class GivingForm(WordsForm):
    """A part of what was asked for, line by line, with the reason."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = line_rows(case)
        for row in self.rows:
            key = str(row.row.id)
            self.fields[f"units-{key}"] = forms.IntegerField(
                label=gettext_lazy("Units"), min_value=0, max_value=row.units, initial=row.units,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            self.fields[f"amount-{key}"] = AmountField(
                label=gettext_lazy("Amount"), currency=case.currency, max_length=16,
                initial=row.row.asked_minor,
            )  # fmt: skip
            if case.kind == Kind.EXCHANGE:  # new goods for so many of them: no amount is chosen
                del self.fields[f"amount-{key}"]

    def groups(self) -> list[tuple[str, Any, Any]]:
        """This will return each line's name, its units, and its amount where there is one."""
        return [
            (
                row.title,
                self[f"units-{row.row.id}"],
                self[key] if (key := f"amount-{row.row.id}") in self.fields else None,
            )
            for row in self.rows
        ]

    def given(self) -> list[GivenUnits]:
        """This will return what was typed, by order line."""
        return [
            GivenUnits(
                row.row.line_id,
                self.cleaned_data[f"units-{row.row.id}"],
                self.cleaned_data.get(f"amount-{row.row.id}") or 0,
            )
            for row in self.rows
        ]
