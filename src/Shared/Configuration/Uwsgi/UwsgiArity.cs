namespace Zerg.Configuration.Uwsgi;

/// <summary>Whether an option of uWSGI takes a value on the command line, see getopt_long(3).</summary>
internal enum UwsgiArity
{
    None,
    Optional,
    Required,
}
