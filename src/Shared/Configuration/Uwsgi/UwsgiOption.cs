namespace Zerg.Configuration.Uwsgi;

/// <summary>An option that uWSGI has, whatever becomes of it here.</summary>
internal sealed record UwsgiOption(string Name, UwsgiArity Arity);
