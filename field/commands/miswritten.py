"""命令写错了: what is wrong with an option or argument of a command, in Chinese; click itself says it in English."""

from typing import Any

import click


def in_chinese(fault: click.UsageError) -> click.UsageError:
    """The same fault, still with the usage of its command and exit code 2; a group alone still tells its commands."""
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        return fault
    return click.UsageError(_words(fault), fault.ctx)


def _words(fault: click.UsageError) -> str:
    match fault:
        case click.NoSuchOption():
            return f"没有 {fault.option_name} 这个选项"
        case click.NoSuchCommand():
            return f"没有 {fault.command_name} 这个命令"
        case click.BadOptionUsage():
            return f"{fault.option_name} 后面要写上内容"
        case click.MissingParameter(param=click.Parameter() as param):
            return f"没有写 {_called(param)}"
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_called(param)}：{_wanted(param.type, fault.message)}"
    return "多写了，或者次序不对"


def _called(param: click.Parameter) -> str:
    """What a person types or reads in the usage."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _wanted(kind: click.ParamType[Any], message: str) -> str:
    """What a type wants; our own types say it themselves."""
    match kind:
        case click.DateTime():
            return "日期看不懂，写成 2026-11-27 这样"
        case click.IntRange(min=least, max=most):
            return f"要写整数，不小于 {least}" + (f"，不大于 {most}" if most is not None else "")
        case click.Choice():
            return f"只能是 {'、'.join(kind.choices)}"
        case click.Path():
            return "没有这个文件夹" if not kind.file_okay else "没有这个文件，或者它是文件夹"
    return message
