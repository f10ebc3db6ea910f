"""The forms of users and sensors, with their checks and error texts."""

from __future__ import annotations

import re

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, Form, PasswordField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp, ValidationError

from app.services import parts
from data.accounts.passwords import weakness
from data.errors import DocumentError
from data.names import EMAIL, NAME, NAME_RULE, one_line
from data.roles import MEMBER, ROLES

WHOLE_NAME = Regexp(re.compile(rf"^(?:{NAME.pattern})\Z"), message=NAME_RULE)
NO_ADDRESS = "This is not an e-mail address: write it like name@example.org."
AN_ADDRESS = Regexp(re.compile(rf"^\s*(?:{EMAIL.pattern})\s*\Z"), message=NO_ADDRESS)
PASSWORD_HELP = "At least 8 characters; three or four words in a row are easy to keep in mind."


def at_most(length: int) -> Length:
    """Refuses longer texts."""
    return Length(max=length, message=f"At most {length:,} characters.")


class NotTooEasy:
    """Refuses passwords that are easy to guess, with the reason; `personal` names the fields not to repeat."""

    def __init__(self, *personal: str) -> None:
        self.personal = personal

    def __call__(self, form: Form, field: Field) -> None:
        named = [str(form[name].data or "") for name in self.personal]
        if current_user.is_authenticated:
            named += [current_user.username, current_user.email]
        problem = weakness(str(field.data or ""), *named, parts().config.site_name)
        if problem is not None:
            raise ValidationError(problem)


def readable(_form: Form, field: Field) -> None:
    """Refuses characters that nobody can see: a terminal that lists the field would obey them."""
    try:
        one_line(str(field.data or ""))
    except DocumentError as problem:
        raise ValidationError(str(problem)) from problem


AGAIN = [InputRequired("Write the password again."), EqualTo("password", "The two passwords differ: write both again.")]


class LoginForm(FlaskForm):
    """Name, password, and whether to stay logged in."""

    username = StringField("Username", [InputRequired("Write your username."), at_most(60)])
    password = PasswordField("Password", [InputRequired("Write your password."), at_most(1000)])
    remember = BooleanField("Stay logged in on this device")
    submit = SubmitField("Log in")


class RegisterForm(FlaskForm):
    """A new user."""

    username = StringField(
        "Username",
        [InputRequired("Choose a username."), at_most(60), WHOLE_NAME],
        description="Part of the address your sensors post to.",
    )
    email = EmailField(
        "E-mail",
        [InputRequired("Write your e-mail address."), at_most(60), AN_ADDRESS],
        description="Only used to reset a lost password.",
    )
    password = PasswordField(
        "Password", [InputRequired("Choose a password."), NotTooEasy("username", "email")], description=PASSWORD_HELP
    )
    confirm_password = PasswordField("Password again", AGAIN)
    submit = SubmitField("Register")


def another(form: Form, field: Field) -> None:
    """Refuses the present password as the new one."""
    if field.data == form["present"].data:
        raise ValidationError("This is your present password: choose another.")


class ChangePasswordForm(FlaskForm):
    """Another password, by who knows the present one."""

    present = PasswordField("Present password", [InputRequired("Write your present password.")])
    password = PasswordField(
        "New password", [InputRequired("Choose a password."), NotTooEasy(), another], description=PASSWORD_HELP
    )
    confirm_password = PasswordField("New password again", AGAIN)
    submit = SubmitField("Change the password")


class ForgottenForm(FlaskForm):
    """The address to send the link to."""

    email = EmailField("E-mail", [InputRequired("Write your e-mail address."), at_most(60), AN_ADDRESS])
    submit = SubmitField("Send me a link")


class ResetForm(FlaskForm):
    """A password by way of the link."""

    password = PasswordField(
        "New password", [InputRequired("Choose a password."), NotTooEasy()], description=PASSWORD_HELP
    )
    confirm_password = PasswordField("New password again", AGAIN)
    submit = SubmitField("Set the password")


class DeleteAccountForm(FlaskForm):
    """The end of an account, confirmed by its password."""

    present = PasswordField("Your password", [InputRequired("Write your password.")])
    submit = SubmitField("Delete my account and all its data")


DAYS = (("0", "never"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"))


class KeyForm(FlaskForm):
    """A new key of the user's own."""

    label = StringField(
        "Name",
        [InputRequired("Give the key a name."), at_most(80), readable],
        description="Where it will be used: greenhouse Pi.",
    )
    bound = SelectField("Good for", description="A key for one sensor is worth less to who finds it.")
    post = BooleanField("May post", default=True)
    read = BooleanField("May read")
    days = SelectField("Expires", choices=[SelectChoice(days, label) for days, label in DAYS], default="0")
    submit = SubmitField("Make the key")

    def validate_read(self, _field: Field) -> None:
        """Refuse a key without any permission."""
        if not (self.post.data or self.read.data):
            raise ValidationError("Tick what the key may do: post, read, or both.")


class UserForm(FlaskForm):
    """A new user, made by an administrator; the password is set by who gets the link."""

    username = StringField("Username", [InputRequired("Choose a username."), at_most(60), WHOLE_NAME])
    email = EmailField(
        "E-mail",
        [InputRequired("Write an e-mail address."), at_most(60), AN_ADDRESS],
        description="A link to set a password is sent there.",
    )
    role = SelectField("Role", choices=[SelectChoice(role, role) for role in ROLES], default=MEMBER)
    submit = SubmitField("Make the account")


class SensorForm(FlaskForm):
    """A new sensor of the user's own."""

    sensor_name = StringField(
        "Name",
        [InputRequired("Give the sensor a name."), at_most(20), WHOLE_NAME],
        description="At most 20 characters; part of the address it posts to.",
    )
    type = StringField("Type", [at_most(20), readable], description="What it measures, or its model: light, SI7020.")
    units = StringField("Units", [at_most(20), readable], description="lux, °C, % …")
    protocol = StringField(
        "Protocol", [at_most(20), readable], description="How it is wired: I2C, serial … May stay empty."
    )
    submit = SubmitField("Register sensor")
