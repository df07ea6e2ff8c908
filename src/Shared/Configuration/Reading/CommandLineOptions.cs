namespace Zerg.Configuration.Reading;

/// <summary>What the command line says: options in their order, bare arguments apart.</summary>
internal sealed record CommandLineOptions(List<Option> Options, List<string> Arguments, List<Problem> Problems);
