"""The forms of users and sensors, with their checks and the words for what is wrong."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

NAME_AS_ADDRESS = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"
NAME_RULE = (
    "Use letters, digits, dot, dash and underscore, beginning with a letter or digit: the name becomes an address."
)


class LoginForm(FlaskForm):
    """Name, password, and whether to stay logged in."""

    username = StringField(
        "Username", [InputRequired("Write your username."), Length(max=60, message="At most 60 characters.")]
    )
    password = PasswordField("Password", [InputRequired("Write your password.")])
    remember = BooleanField("Stay logged in on this device")
    submit = SubmitField("Log in")


class RegisterForm(FlaskForm):
    """A new user."""

    username = StringField(
        "Username",
        [
            InputRequired("Choose a username."),
            Length(max=60, message="At most 60 characters."),
            Regexp(NAME_AS_ADDRESS, message=NAME_RULE),
        ],
        description="Part of the address your sensors post to.",
    )
    email = EmailField(
        "E-mail",
        [
            InputRequired("Write your e-mail address."),
            Length(max=60, message="At most 60 characters."),
            Regexp(
                r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
                message="This is not an e-mail address: write it like name@example.org.",
            ),
        ],
        description="Only used to reset a lost password.",
    )
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password."), Length(min=8, max=200, message="At least 8 characters.")],
        description="At least 8 characters.",
    )
    confirm_password = PasswordField(
        "Password again",
        [
            InputRequired("Write the password again."),
            EqualTo("password", "The two passwords differ: write both again."),
        ],
    )
    submit = SubmitField("Register")


class SensorForm(FlaskForm):
    """A new sensor of the user's own."""

    sensor_name = StringField(
        "Name",
        [
            InputRequired("Give the sensor a name."),
            Length(max=20, message="At most 20 characters."),
            Regexp(NAME_AS_ADDRESS, message=NAME_RULE),
        ],
        description="At most 20 characters; part of the address it posts to.",
    )
    type = StringField(
        "Type",
        [Length(max=20, message="At most 20 characters.")],
        description="What it measures, or its model: light, SI7020.",
    )
    units = StringField("Units", [Length(max=20, message="At most 20 characters.")], description="lux, °C, % …")
    protocol = StringField(
        "Protocol",
        [Length(max=20, message="At most 20 characters.")],
        description="How it is wired: I2C, serial … May stay empty.",
    )
    submit = SubmitField("Register sensor")
